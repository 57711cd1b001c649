# The disk of n3 has not written x when n3 counts its own copy; n2 has the only one. Both lose
# power, and n2 stays away.

cluster nodes=3 seed=1
lead n3
open c1 n3
open c2 n3
flush
run 3
disk n3 held
partition n2,n3 n1
submit c1 n3 put x 1
flush among=n2,n3
run 1 among=n2,n3
read c3 n2 local get x
power-cut n3
kill n2
boot n3
disk n3 instant
heal
run 80 among=n1,n3
submit c2 n3 get x
submit c2 n1 get x
flush among=n1,n3
run 5 among=n1,n3
