# protocols: raft
# Museum R12: n3 gets every chunk of a snapshot twice, the second copies after it applied more. They
# must not take its state back.

cluster nodes=3 seed=2
lead n1
open c1 n1
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
submit c1 n1 put c 3
flush
run 3
expect applied n3 5
release n1 n3 type=InstallSnapshot
flush
expect applied n3 5
expect value n3 c 3
expect snapshot n3 4
expect holds
