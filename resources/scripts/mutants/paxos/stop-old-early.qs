# protocols: paxos
# Mutant stop-old-early: n2 and n3 are let go when the command in slot 1 is chosen. Slots 2 to 4 are
# theirs to decide (alpha is 4), and they have not heard of them: those slots stay open for ever.

cluster nodes=3 spares=2 seed=1 window=4 maxEntriesPerMessage=1
lead n1
boot n4,n5
reconfigure n1,n4,n5 at=n1
drop from=n1 to=n3
deliver from=n1 to=n2 type=Accept count=1
drop from=n1 to=n2
deliver from=n2 to=n1
run 60
settle
expect config voters=n1,n4,n5
expect reply operator 1 ok
expect holds
