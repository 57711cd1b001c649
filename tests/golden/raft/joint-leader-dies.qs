# Protocols.md 1.9.4: the leader dies while the configuration is joint. The next one, elected by both
# majorities, completes the change.

quiet cluster nodes=3 spares=2 seed=1
quiet boot n4,n5
quiet lead n1
quiet flush
quiet reconfigure n2,n4,n5
quiet deliver from=n1
quiet deliver to=n1 from=n4
quiet deliver to=n1 from=n5
quiet deliver from=n1 to=n4
quiet kill n1
quiet drop to=n1
quiet drop from=n1
show config
quiet tick n3 10
quiet tick n4 10
quiet tick n5 10
lead n2 via=n2,n3,n4,n5 ready=no
flush
show config n2,n4,n5
expect config n2,n4,n5 voters=n2,n4,n5
