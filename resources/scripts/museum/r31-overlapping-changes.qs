# protocols: raft
# Museum R31: a second change arrives between the two steps of a joint one. It is refused, and the
# configuration ends up uniform.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n1
flush
reconfigure n1,n4,n5
remove n4
expect reply operator remove refused config-in-progress
run 20
expect reply operator reconfigure ok
expect config voters=n1,n4,n5
expect role n2 outsider
expect role n3 outsider
settle
expect holds
