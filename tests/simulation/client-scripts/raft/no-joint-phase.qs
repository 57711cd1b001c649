# Three of five know of the five, and commit; two of three elect a leader beside them.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n3
open c1 n3
open c2 n3
flush
partition n1,n2 n3,n4,n5
reconfigure n1,n2,n3,n4,n5 at=n3
flush among=n3,n4,n5
submit c1 n3 put x 1
flush among=n3,n4,n5
run 2 among=n3,n4,n5
lead n1 via=n1,n2
submit c2 n1 get x
flush among=n1,n2
run 2 among=n1,n2
