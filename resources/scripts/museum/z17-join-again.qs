# protocols: zab
# Museum Z17 (ZOOKEEPER-1732, 1818): a follower restarts again and again while the leader is stable. It joins
# each time, though its election starts at round 1 and its vote is another.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
kill n1
boot n1
run 40
expect value n1 x 1
submit c1 n3 put x 2
kill n1
boot n1
run 40
expect value n1 x 2
kill n1
boot n1
run 40
expect leader n3
expect era n1 1
settle
expect holds
