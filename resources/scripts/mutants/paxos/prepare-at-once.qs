# paxos, mutant prepare-at-once (museum P08, R34): n1 was cut off for long and comes back. A proposer that
# is refused and prepares again at once takes the ballot away from a leader that works.

cluster nodes=3 seed=1
lead n3
expect era n3 1
partition n1 n2,n3
run 300
heal
run 60
expect leader n3
expect era n3 1
expect holds
