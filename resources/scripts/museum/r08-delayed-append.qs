# protocols: raft
# Museum R08: a delayed copy of an older append arrives after a newer one was acknowledged. The newer
# entry must survive, for it may be committed.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
submit c1 n1 put a 1
duplicate from=n1 to=n2 type=AppendEntries
deliver from=n1 to=n2 type=AppendEntries nth=1
submit c1 n1 put b 2
deliver from=n1 to=n2 type=AppendEntries nth=2
deliver from=n2 to=n1
expect reply c1 2 ok
deliver from=n1 to=n2 type=AppendEntries nth=1
expect length n2 4
power-cut n1
lead n2 via=n2,n3
expect value n2,n3 b 2
boot n1
settle
expect holds
