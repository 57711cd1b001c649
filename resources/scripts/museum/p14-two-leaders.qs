# protocols: raft, paxos
# Museum P14, P21: two nodes believe they lead, each with its clients. Safety does not depend on who is
# right; the one that is cut off gets nothing through.

cluster nodes=3 seed=1
lead n3
open c1 n3
open c2 n3
flush
partition n3 n1,n2
lead n2 via=n1,n2
expect leader n2
submit c1 n3 put x 1
submit c2 n2 put x 2
flush
expect reply c2 1 ok
expect reply c1 1 none
heal
run 60
settle
expect value all x 2
expect holds
