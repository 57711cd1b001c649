# protocols: raft
# Museum R30: the leader removes itself. It does not count itself any more, leads until the others
# have it, and then steps down; they go on without waiting for a timeout.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
partition n1,n2 n3
remove n1
flush among=n1,n2
expect reply operator remove none
expect role n1 leader
heal
run 10
expect reply operator remove ok
expect role n1 outsider
expect config n2,n3 voters=n2,n3
expect leader any
settle
expect holds
