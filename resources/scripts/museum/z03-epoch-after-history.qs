# protocols: zab
# Museum Z03 (ZOOKEEPER-4643): n1 synchronises with the leader of epoch 2, and the power goes before the
# history it got is on its disk. Its currentEpoch must not be there either, or it would win the next
# election with the shorter history.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
kill n1
submit c1 n3 put x 1
flush
expect reply c1 1 ok
kill n3
boot n3
disk n1 held
boot n1 disk=held
run 4
run 60 among=n2,n3
power-cut n1 keep-record=9 keep-log=0
kill n2
boot n1 disk=instant
run 80 among=n1,n3
expect leader n3
expect value n1,n3 x 1
boot n2
settle
expect value all x 1
expect holds
