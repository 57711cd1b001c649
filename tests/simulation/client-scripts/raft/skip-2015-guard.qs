# n1 adds n5 to a cluster of four, and only n5 has the entry. n2 leads the next term, removes n1
# at once and has x acknowledged by n3; n1, n4 and n5 are a majority of the five that n1 knows,
# without x.

cluster nodes=4 spares=1 seed=1
boot n5
lead n1
open c1 n1
open c2 n1
flush
partition n1,n5 n2,n3,n4
add n5 at=n1
flush among=n1,n5
hold n2 n3,n4 type=AppendEntries
lead n2 via=n2,n3,n4 ready=no
partition n1,n5 n2,n3 n4
remove n1 at=n2
release n2 n3,n4
flush among=n2,n3
submit c1 n2 put x 1
flush among=n2,n3
run 2 among=n2,n3
partition n1,n4,n5 n2,n3
kill n1
boot n1
tick n5 10
lead n1 via=n1,n4,n5
submit c2 n1 get x
flush among=n1,n4,n5
run 3 among=n1,n4,n5
