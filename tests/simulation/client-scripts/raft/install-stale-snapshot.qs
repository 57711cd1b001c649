# n3 takes over a snapshot of n1 from before it had c, stops itself, and comes back without c to
# lead n2, which lacks it, too.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
hold n1 n3
submit c1 n1 put a 1
submit c1 n1 put b 2
flush among=n1,n2
compact n1
drop from=n1 to=n3
release n1 n3
hold n1 n3 type=InstallSnapshot
run 3
release n1 n3 type=InstallSnapshot
duplicate from=n1 to=n3 type=InstallSnapshot
deliver from=n1 to=n3 type=InstallSnapshot count=3
hold n1 n3 type=InstallSnapshot
hold n1 n2
submit c1 n1 put c 3
flush among=n1,n3
run 3 among=n1,n3
release n1 n3 type=InstallSnapshot
flush among=n1,n3
kill n1
drop from=n1
boot n3
lead n3 via=n2,n3
submit c2 n3 get c
flush among=n2,n3
run 3 among=n2,n3
