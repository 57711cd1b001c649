# protocols: raft
# Museum R40: n1 acknowledged x=1 and died before n2 heard that it is committed. A read at the new
# leader n2 waits until an entry of its own term is committed.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
hold n1 all type=CommitNotice
submit c1 n1 put x 1
flush among=n1,n2
expect reply c1 1 ok
kill n1
hold n2 n3 type=AppendEntries
lead n2 via=n2,n3 ready=no
read c2 n2 index get x
run 1 among=n2,n3
expect reply c2 read1 none
release n2 n3
run 1 among=n2,n3
expect reply c2 read1 ok 1
expect holds
