# protocols: zab
# Museum Z18 (ZOOKEEPER-1551): an observer joins under load, from a snapshot. What is committed between the
# snapshot and UpToDate is not lost.

cluster nodes=3 spares=1 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put a 1 count=4
flush
compact all
hold n4 n3 type=NewLeaderAck
boot n4
add n4 learner
submit c1 n3 put b 1
run 15
submit c1 n3 put c 1
run 3
expect applied n4 <=5
release all all
submit c1 n3 put d 1
run 10
expect snapshot n4 5
expect value n4 b 1
expect value n4 c 1
expect value n4 d 1
settle
expect holds
