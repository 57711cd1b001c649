# A node joins a cluster whose log is gone but for a snapshot: it gets the snapshot, and what
# came after it. A client retries an operation of before: the joiner knows that it was done.
# protocols: raft, paxos, zab

cluster nodes=3 spares=1 seed=1 paxos.window=4
quiet lead n3
open c1 n3
quiet run 10
submit c1 n3 incr x 5 seq=1
quiet run 10
submit c1 n3 put y 2 seq=2
quiet run 10
compact all
quiet run 10
show log n3
expect snapshot n1,n2,n3 >=3
expect entry n3 2 compacted

submit c1 n3 put z 3 seq=3
quiet run 10
quiet boot n4
add n4 learner
quiet run 60
expect reply operator add ok
expect value n4 x 5
expect value n4 z 3
expect snapshot n4 >=3

submit c1 n3 incr x 5 seq=1
quiet settle
expect reply c1 1 ok 5
expect value all x 5
expect holds
