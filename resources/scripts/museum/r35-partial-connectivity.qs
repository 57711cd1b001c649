# protocols: raft, paxos
# Museum R35, X4: n1, n2 and n3 see each other, n4 sees only n2, n5 sees only n3. A stable leader has
# to come about, and healed all five agree.

cluster nodes=5 seed=1
cut n4 n1,n3,n5 both
cut n5 n1,n2 both
run 400
expect leader any
settle
expect leader one
expect holds
