# The disk of n1 has not written x when n1 counts its own copy; n2 has the only one, and a reader
# there sees it.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
disk n1 held
partition n1,n2 n3
submit c1 n1 put x 1
flush among=n1,n2
run 2 among=n1,n2
read c3 n2 local get x
power-cut n1
kill n2
drop from=n1
drop from=n2
boot n1
disk n1 instant
heal
lead n3 via=n1,n3
submit c2 n3 get x
flush among=n1,n3
run 3 among=n1,n3
