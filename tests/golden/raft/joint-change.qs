# Raft 6, protocols.md 1.9.4: two of three voters are replaced by way of a joint configuration, which
# needs both majorities; when it is committed the leader appends the new one.

quiet cluster nodes=3 spares=2 seed=1
quiet boot n4,n5
quiet lead n1
quiet flush
reconfigure n1,n4,n5
flush
run 2
show config
expect reply operator reconfigure ok
expect config n1,n4,n5 voters=n1,n4,n5
