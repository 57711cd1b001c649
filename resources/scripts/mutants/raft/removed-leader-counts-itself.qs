# raft, mutant removed-leader-counts-itself (museum R30): n1 removes itself. Of n2 and n3 both are
# needed from then on, and n1 is none of them.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
partition n1,n2 n3
remove n1
flush among=n1,n2
expect reply operator remove none
expect role n1 leader
heal
run 30
expect reply operator remove ok
expect role n1 outsider
expect holds
