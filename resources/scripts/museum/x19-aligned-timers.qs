# protocols: raft, paxos, zab
# Museum X19, R45: every timer starts at the same moment. Random timeouts still let one node win.

cluster nodes=5 seed=4
run 150
expect leader one
settle
expect holds
