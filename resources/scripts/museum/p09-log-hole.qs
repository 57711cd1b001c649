# protocols: paxos
# Museum P09: the old leader proposes two slots; only the second one reaches anybody. The next leader
# fills the hole before anything behind it is carried out.

cluster nodes=3 seed=1 paxos.maxEntriesPerMessage=1
lead n3
open c1 n3
flush
submit c1 n3 put a 1
drop from=n3 type=Accept
submit c1 n3 put b 2
deliver from=n3 to=n2 type=Accept
expect entry n2 2 nothing
expect entry n2 3 put b 2
kill n3
lead n2 via=n1,n2
expect value n1,n2 a none
expect value n1,n2 b 2
boot n3
settle
expect value all b 2
expect holds
