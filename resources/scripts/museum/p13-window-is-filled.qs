# protocols: paxos
# Museum P13: no client asks for anything. The leader fills the window behind the change with no-ops,
# or the new configuration would never govern.

cluster nodes=3 spares=1 seed=1 window=4
lead n1
boot n4
add n4 at=n1
run 5
expect entry n1 1 config
expect entry n1 2 noop
expect entry n1 4 noop
expect committed n4 4
expect config voters=n1,n2,n3,n4
expect reply operator add ok
expect holds
