# raft, mutant no-joint-phase (museum R27): from n1, n2, n3 to five voters in one step. Only n3, n4
# and n5 know of it, a majority of the five; n1 and n2 are one of the three they know, and elect a
# leader beside it.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n3
flush
partition n1,n2 n3,n4,n5
reconfigure n1,n2,n3,n4,n5 at=n3
flush among=n3,n4,n5
expect committed n3 1
lead n1 via=n1,n2
settle
expect holds
