# protocols: raft, paxos, zab
# Museum X3: a minority is cut off and healed; then the majority loses its leader to the minority.

cluster nodes=5 seed=3
lead n5
open c1 n5
flush
partition n1,n2 n3,n4,n5
submit c1 n5 put x 1
flush
expect reply c1 1 ok
expect value n3,n4,n5 x 1
expect value n1,n2 x none
heal
run 30
expect value all x 1
# The leader stays with a minority: what it is asked there is not acknowledged.
partition n5,n1 n2,n3,n4
submit c1 n5 put x 2 seq=2
run 120
expect reply c1 2 refused
expect no leader n1,n5
expect leader any
settle
expect holds
