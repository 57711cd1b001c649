# protocols: raft
# Museum R13: the power goes while n3 puts the snapshot in the place of its log: after the reference
# is written, and before what it replaces is gone. It comes back with one or the other, no hole.

cluster nodes=3 seed=3
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
disk n3 held
run 4
power-cut n3 keep-record=0 keep-log=1
boot n3 disk=instant
expect snapshot n3 4
expect applied n3 4
run 30
expect value n3 b 2
settle
expect holds
