# raft, mutant commit-old-term: seed 4 of the swarm, minimised.
# R5: n1 commits up to 1 of term 1 as leader of term 2

cluster nodes=1 seed=4 election=15 electionMax=30 heartbeat=2 sessions=packets raft.preVote=true raft.checkQuorum=true

power-cut n1
boot n1
tick n1 elapsed=26
power-cut n1
boot n1
tick n1 elapsed=25

expect holds
