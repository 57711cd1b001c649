# protocols: zab
# Museum Z05 (ZOOKEEPER-4394): n1 has NewLeader, a proposal and its commit come before UpToDate. It logs the
# one, keeps the other, and delivers both when it is up to date.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
kill n1
boot n1
hold n1 n3 type=NewLeaderAck
run 9
submit c1 n3 put x 1
flush
expect reply c1 1 ok
expect applied n1 0
release all all
flush
run 3
expect value n1 x 1
settle
expect holds
