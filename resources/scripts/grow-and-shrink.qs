# A cluster grows from three to five voters and shrinks to three others, under load: nothing that
# was acknowledged is lost, and the nodes that were removed can be switched off.
# protocols: raft, paxos, zab

cluster nodes=3 spares=2 seed=1 paxos.window=4
quiet lead n3
open c1 n3
quiet run 10
submit c1 n3 put x 1
quiet run 10

# Joiners follow as learners before they count.
quiet boot n4,n5
add n4 learner
quiet run 30
add n5 learner
quiet run 30
expect config voters=n1,n2,n3 learners=n4,n5
expect value n4,n5 x 1

promote n4
quiet run 30
expect reply operator promote ok
promote n5
quiet run 30
expect reply operator promote ok
expect config voters=n1,n2,n3,n4,n5
show quorums

submit c1 n3 put y 2
quiet run 10
expect reply c1 2 ok

# The first two go; then the three that are left do without them.
remove n1
quiet run 40
expect reply operator remove ok
remove n2
quiet run 40
expect reply operator remove ok
expect config voters=n3,n4,n5
quiet kill n1,n2
submit c1 n3 put z 3
quiet run 20
expect reply c1 3 ok
quiet settle
expect value n3,n4,n5 x 1
expect value n3,n4,n5 z 3
expect holds
