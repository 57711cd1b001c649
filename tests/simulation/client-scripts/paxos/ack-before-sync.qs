# n2 and n3 acknowledge x before it is on their disks; the power takes it from both.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
run 3
disk n2,n3 held
submit c1 n1 put x 1
flush
run 1
power-cut n2
power-cut n3
kill n1
drop from=n1
boot n2,n3
disk n2,n3 instant
lead n2 via=n2,n3
submit c2 n2 get x
flush among=n2,n3
run 5 among=n2,n3
