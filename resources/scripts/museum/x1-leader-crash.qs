# protocols: raft, paxos, zab
# Museum X1: the leader crashes under load. What it acknowledged survives, the rest may go either way.

cluster nodes=5 seed=1
lead n5
open c1 n5
flush
submit c1 n5 put x 1
flush
expect reply c1 1 ok
# The second write is on its way when the leader dies.
submit c1 n5 put y 2
deliver from=n5 to=n4 count=1
kill n5
run 120
expect leader one
expect value n1,n2,n3,n4 x 1
boot n5
settle
expect value all x 1
expect holds
