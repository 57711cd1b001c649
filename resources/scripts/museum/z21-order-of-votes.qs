# protocols: zab
# Museum Z21 (ZOOKEEPER-1419): votes that differ in epoch, zxid and server. n5 has the longest history, of
# epoch 1; n1 and n2 are at epoch 2 with a shorter one. The epoch comes first.

cluster nodes=5 seed=1
lead n5
open c1 n5
flush
partition n5 n1,n2,n3,n4
submit c1 n5 put x 1 count=4
run 100
expect leader n4
kill all
heal
boot n1,n2,n5
run 100
expect leader n2
expect length n5 1
boot n3,n4
settle
expect value all x none
expect holds
