# paxos, mutant no-stickiness (museum R34): n1 cannot hear the leader, but n2 hears both. As long as n2
# hears the leader it must not promise n1 anything.

cluster nodes=3 seed=1
lead n3
expect era n3 1
cut n3 n1 both
run 200
expect leader n3
expect era n3 1
expect holds
