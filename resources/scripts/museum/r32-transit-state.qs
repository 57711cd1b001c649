# protocols: raft
# Museum R32: n1, n2 and n3 stand in three places, and n1 is to be replaced by n4 next to it. One voter
# at a time there are four for a while, and a cut of that place stops all of them. By way of a joint
# configuration n2 and n3 are a majority of the old voters and of the new ones all the time.

cluster nodes=3 spares=1 seed=1
boot n4
lead n2
open c1 n2
flush
add n4 learner
run 5
partition n1,n4 n2,n3
reconfigure n2,n3,n4
flush among=n2,n3
run 5 among=n2,n3
expect reply operator reconfigure ok
submit c1 n2 put x 1
flush among=n2,n3
expect reply c1 1 ok
expect config n2,n3 voters=n2,n3,n4
settle
expect holds
