# protocols: raft
# Museum R41: the leader is paused for longer than its lease; meanwhile another one is elected and
# writes. When it goes on it learns of the time first, and its lease is over.

cluster nodes=3 seed=1 raft.leaseReads=true
tick all 10
lead n1
open c1 n1
flush
submit c1 n1 put x 1
flush
tick n1 1
flush
read c1 n1 lease get x
expect reply c1 read1 ok 1
pause n1
tick n1 25
tick n2 10
tick n3 10
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put x 2
flush among=n2,n3
expect reply c2 1 ok
read c1 n1 lease get x
resume n1
expect reply c1 read2 refused
expect holds
