# protocols: raft, paxos, zab
# Museum X5, R38: the leader can send and hears nothing. Its followers stay calm, so it has to give
# up by itself; then the others go on.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
cut n1,n2 n3
submit c1 n3 put x 1
run 150
expect no leader n3
expect leader any
settle
expect leader one
expect holds
