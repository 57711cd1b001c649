# raft, mutant vote-without-sync: seed 0 of the swarm, minimised.
# X7: n2 sends RequestVote before it is durable: term 1, on disk 0

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets raft.preVote=false raft.checkQuorum=false

tick n2 elapsed=23

expect holds
