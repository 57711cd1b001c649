# protocols: raft, paxos, zab
# Museum P21: a minority makes no progress and a majority does; n3 changes sides, so the other side becomes
# the majority. It learns first what was decided, and nothing is lost.

cluster nodes=5 seed=1
lead n5
open c1 n5
run 3
partition n1,n2 n3,n4,n5
submit c1 n5 put x 1
run 5
expect reply c1 1 ok
partition n1,n2,n3 n4,n5
run 120
open c2 n3
run 10
partition n3,n4,n5 n1,n2
settle
expect value all x 1
expect holds
