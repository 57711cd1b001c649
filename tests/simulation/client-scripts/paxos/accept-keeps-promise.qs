# y is chosen with n3, which never promised its ballot; x of a lower ballot takes its place there,
# and n1 with n3 makes that the value of the slot.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
run 3
kill n1
boot n1
lead n1 via=n1,n3
run 1 among=n1,n3
disk n1 held
hold n1 n2,n3
submit c1 n1 put x 1
power-cut n1
boot n1 disk=instant
drop from=n1 to=n2
release n1 n2
lead n2 via=n1,n2
hold n2 n1
submit c2 n2 put x 2
deliver from=n2 to=n3 type=Accept
deliver from=n3 to=n2 type=Accepted
run 1 among=n2
release n1 n3
deliver from=n1 to=n3 type=Accept
kill n2
drop from=n2
release all all
lead n1 via=n1,n3
submit c1 n1 get x
flush among=n1,n3
run 10 among=n1,n3
