# protocols: raft, paxos, zab
# Museum X7, R52, Z17: each node restarts once while the others go on; nothing is forgotten, and a
# node that comes back joins the cluster that is there.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
kill n1
run 20
boot n1
run 40
expect value all x 1
kill n2
run 20
boot n2
run 40
expect value all x 1
kill n3
run 100
boot n3
settle
expect leader one
expect value all x 1
# All at once: what a client reads afterwards is what was there before.
kill all
boot all
settle
expect value all x 1
expect holds
