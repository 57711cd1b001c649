# raft, mutant install-stale-snapshot (museum R12): n3 gets the snapshot of n1 twice, the second copy
# after it committed more. What it has is newer, and stays.

cluster nodes=3 seed=1
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
expect snapshot n3 >=4
submit c1 n1 put c 3
flush
run 3
expect applied n3 5
release n1 n3 type=InstallSnapshot
flush
expect committed n3 5
expect value n3 c 3
expect holds
