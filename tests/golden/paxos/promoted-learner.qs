# protocols: paxos
# A joiner follows without a vote, catches up, and becomes a voter; before it did, it is refused.
cluster nodes=1 spares=1 seed=1 window=2
quiet lead n1
quiet open c1 n1
boot n2
add n2 learner at=n1
hold n1 n2
promote n2 at=n1
expect reply operator promote refused not-caught-up
release n1 n2
quiet run 5
expect role n2 follower
show state n2
promote n2 at=n1
flush
quiet run 3
expect config voters=n1,n2
expect holds
