# raft, mutant learner-counts: n4 and n5 are learners. With n1 they are three of five nodes, but one
# of three voters: what only they hold is not committed.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n1
open c1 n1
flush
add n4 learner
run 5
add n5 learner
run 5
partition n1,n4,n5 n2,n3
submit c1 n1 put x 1
flush among=n1,n4,n5
expect reply c1 1 none
expect holds
