# protocols: raft
# Museum R24, the bug of 2015: n1 adds n5 to four voters and only n5 hears of it. n2 leads the next
# term and is told to remove n1. From the same four voters the two steps do not overlap, so n2 has
# to commit an entry of its own term first, which the step of n1 does not survive.

cluster nodes=4 spares=1 seed=1
boot n5
lead n1
flush
partition n1,n5 n2,n3,n4
add n5 at=n1
flush among=n1,n5
hold n2 n3,n4 type=AppendEntries
lead n2 via=n2,n3,n4 ready=no
remove n1 at=n2
expect reply operator remove refused config-in-progress
release n2 n3,n4
flush among=n2,n3,n4
remove n1 at=n2
flush among=n2,n3,n4
expect reply operator 3 ok
kill n1
boot n1
partition n1,n4,n5 n2,n3
tick n5 10
run 60 among=n1,n4,n5
expect no leader n1,n4,n5
heal
run 40
expect config n2,n3,n4 voters=n2,n3,n4
expect holds
