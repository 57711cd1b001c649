# zab, mutant reuse-epoch: seed 51 of the swarm, minimised.
# X8: n1 in life 1 and n1 in life 2 lead era 1

cluster nodes=1 seed=51 election=10 electionMax=20 heartbeat=1 sessions=packets

kill n1
boot n1

expect holds
