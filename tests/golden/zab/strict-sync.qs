# With strictSync a sync is a transaction, and the read after it linearizable (protocols.md 3.11).

cluster nodes=3 seed=1 strictSync=true
quiet lead n3
open c1 n3
quiet flush
read c1 n1 sync get x
flush
expect reply c1 read ok
show log n3
