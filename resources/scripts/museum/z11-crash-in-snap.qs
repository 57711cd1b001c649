# protocols: zab
# Museum Z11 (ZOOKEEPER-3642): n1 gets a snapshot and loses the power before any of it is on disk, and
# again when the reference is there but the log not yet cut. Then it gets a Diff from another leader. It
# never builds on what is not there.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put w 1
flush
kill n1
submit c1 n3 put x 1 count=4
flush
compact n2,n3
submit c1 n3 put y 1
flush
boot n1 disk=held
run 6
run 6
power-cut n1 keep-record=0 keep-log=0
boot n1 disk=held
run 6
run 6
power-cut n1 keep-record=0 keep-log=1
kill n3
boot n1 disk=instant
run 80 among=n1,n2
expect leader n2
expect value n1 y 1
boot n3
settle
expect value all x 1
expect value all y 1
expect holds
