# protocols: paxos
# A change chosen in slot 1 governs from slot 4 on (alpha 3): the leader fills the gap, asks the new
# member to promise, and lets the old one go when a quorum of the new configuration knows.
cluster nodes=3 spares=1 seed=1 window=3
quiet lead n1
boot n4
reconfigure n1,n2,n4 at=n1
flush
tick n1
flush
show config
show state n1
tick n1 3
flush
show config
expect reply operator 1 ok
expect holds
