# protocols: raft
# Museum R39: n1 is cut off with a client, the others elect n2 and write. A read at n1 must not be
# answered from what it has; at n2 and at its follower n3 it is answered from the new state.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
submit c1 n1 put x 1
flush
partition n1 n2,n3
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put x 2
flush among=n2,n3
read c1 n1 index get x
expect reply c1 read1 none
read c2 n2 index get x
read c3 n3 index get x
flush among=n2,n3
expect reply c2 read1 ok 2
expect reply c3 read1 ok 2
read c4 n1 local get x
expect reply c4 read1 ok 1
tick n1 30
expect reply c1 read1 refused leadership-lost
expect holds
