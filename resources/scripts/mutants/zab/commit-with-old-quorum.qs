# zab, mutant commit-with-old-quorum: two of the three old voters have the configuration that makes them
# one, and n4 and n5 are slow. Until a quorum of the new five has it, nothing behind it is committed.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n3
open c1 n3
flush
add n4 learner
run 30
add n5 learner
run 30
expect config voters=n1,n2,n3 learners=n4,n5
hold n3 n1,n4,n5
reconfigure n3,n4,n5
submit c1 n3 put x 1
flush
run 2
expect reply c1 1 none
expect reply operator reconfigure none
release n3 n1,n4,n5
settle
expect config voters=n3,n4,n5
expect value n3,n4,n5 x 1
expect holds
