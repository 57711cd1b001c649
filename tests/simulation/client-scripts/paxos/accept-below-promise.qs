# n3 promised the ballot of n2 and accepts x of the lower ballot of n1: two values for one slot.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
run 3
partition n1 n2,n3
lead n2 via=n2,n3
flush among=n2,n3
run 1 among=n2,n3
drop from=n2
partition n1,n3 n2
submit c1 n1 put x 1
flush among=n1,n3
run 1 among=n1,n3
partition n1 n2,n3
submit c2 n2 put x 2
flush among=n2,n3
run 10 among=n2,n3
