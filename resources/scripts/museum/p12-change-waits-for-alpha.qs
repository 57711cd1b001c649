# protocols: paxos
# Museum P12: alpha is 2. The change in slot 2 governs from slot 4 on; slot 3 still belongs to the old
# configuration, whose n3 is not in the new one. Nothing is proposed beyond slot 3 before slot 2 is
# known, and nothing in slot 4 before the new members have promised.

cluster nodes=3 spares=2 seed=1 window=2
lead n1
open c1 n1
run 2
boot n4,n5
reconfigure n1,n4,n5 at=n1
submit c1 n1 put x 1 count=3
expect length n1 3
cut n1 n4,n5 both
flush
expect committed n1 3
expect length n1 3
show config
heal
run 10
expect reply c1 3 ok
expect reply operator 1 ok
expect config voters=n1,n4,n5
settle
expect value n1,n4,n5 x 1
expect holds
