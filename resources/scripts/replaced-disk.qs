# A voter loses its disk. It comes back under another storage id and takes no part, however it
# asks; it is removed, added again with the disk it has now, and counts from then on.
# protocols: raft, paxos, zab

cluster nodes=3 seed=1 paxos.window=4
quiet lead n3
open c1 n3
quiet run 10
submit c1 n3 put x 1
quiet run 10

quiet kill n1
quiet boot n1 disk=wiped
quiet run 40
expect value n1 x none
expect config n3 voters=n1,n2,n3

# With n2 away there is no quorum: the wiped one is no second voter.
quiet partition n1,n3 n2
submit c1 n3 put y 2
quiet run 60 among=n1,n3
expect reply c1 2 refused leadership-lost
quiet heal
quiet settle

remove n1
quiet run 40
expect config voters=n2,n3
add n1 learner
quiet run 40
promote n1
quiet run 40
expect reply operator promote ok
expect config voters=n1,n2,n3
quiet settle
expect value all x 1

# Now it is one.
quiet kill n2
quiet run 60
submit c1 n3 put z 3
quiet run 60
quiet settle
expect value n1,n3 z 3
expect holds
