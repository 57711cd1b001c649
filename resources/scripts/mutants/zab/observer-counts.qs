# zab, mutant observer-counts: three voters and two observers. The other two voters are away: what only the
# leader and the observers could hold is not committed.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n3
open c1 n3
flush
add n4 learner
run 30
add n5 learner
run 30
hold n3 n1,n2
submit c1 n3 put x 1
flush
run 2
expect reply c1 1 none
expect value n4,n5 x none
release n3 n1,n2
settle
expect value all x 1
expect holds
