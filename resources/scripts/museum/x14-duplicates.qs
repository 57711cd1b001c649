# protocols: raft, paxos, zab
# Museum X14, R16: every message arrives twice.

cluster nodes=3 seed=1
lead n3
open c1 n3
duplicate
flush
submit c1 n3 incr n 1
duplicate
deliver
duplicate
deliver
duplicate
flush
expect reply c1 1 ok
submit c1 n3 incr n 1
duplicate
flush
expect reply c1 2 ok 2
settle
expect value all n 2
expect holds
