# protocols: zab
# Museum Z25, the other way: with strictSync a sync is a transaction. The deposed leader cannot commit it, so
# it answers nothing; the new one answers what is true.

cluster nodes=5 seed=1 strictSync=true
lead n5
open c1 n5
flush
submit c1 n5 put x 1
flush
partition n5 n1,n2,n3,n4
run 40 among=n1,n2,n3,n4
open c2 n4
flush among=n1,n2,n3,n4
submit c2 n4 put x 2
flush among=n1,n2,n3,n4
read c1 n5 sync get x
expect reply c1 read none
read c2 n1 sync get x
flush among=n1,n2,n3,n4
expect reply c2 read ok 2
settle
expect reply c1 read refused leadership-lost
expect holds
