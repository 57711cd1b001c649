# raft, mutant lease-from-ack-time (protocols.md 1.12): the voters promised silence from when they
# heard n1, but their answers arrive much later. Counted from then, the lease of n1 still holds when
# n2 has been elected and x=2 is committed.

cluster nodes=3 seed=1 raft.leaseReads=true
tick all 10
lead n1
open c1 n1
flush
submit c1 n1 put x 1
flush
hold n2,n3 n1
tick n1 1
deliver from=n1
cut n1 n2,n3
tick n1 8
release n2,n3 n1
deliver to=n1
tick n1 4
tick n2 10
tick n3 10
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put x 2
flush among=n2,n3
expect reply c2 1 ok
expect role n1 leader
read c1 n1 lease get x
expect reply c1 read1 none
expect holds
