# protocols: zab
# Museum Z25 (ZOOKEEPER-1675): n3 is deposed and does not know it. sync asks it, and nobody else: a read
# after it returns the old value. That is what sync promises.

cluster nodes=5 seed=1
lead n5
open c1 n5
flush
submit c1 n5 put x 1
flush
partition n5 n1,n2,n3,n4
run 40 among=n1,n2,n3,n4
expect leader n4
open c2 n4
flush among=n1,n2,n3,n4
submit c2 n4 put x 2
flush among=n1,n2,n3,n4
expect reply c2 1 ok
read c1 n5 sync get x
expect reply c1 read ok 1
read c2 n1 sync get x
flush among=n1,n2,n3,n4
expect reply c2 read ok 2
settle
expect value all x 2
