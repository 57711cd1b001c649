# protocols: raft, paxos, zab
# Museum P15: one replica misses many operations. It catches up with what was decided, and no hole is
# filled with something else.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
submit c1 n3 incr n 1 count=20
flush
submit c1 n3 incr n 1 count=20
flush
expect value n2,n3 n 40
expect value n1 n none
heal
run 60
settle
expect value all n 40
expect holds
