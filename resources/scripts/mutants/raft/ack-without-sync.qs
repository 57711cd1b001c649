# raft, mutant ack-without-sync: seed 0 of the swarm, minimised.
# X7: n1 sends AppendEntriesResp before it is durable: log up to 1, on disk 0

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets raft.preVote=false raft.checkQuorum=false

tick n2 elapsed=23
deliver from=n2 to=n1 type=RequestVote nth=1
deliver from=n1 to=n2 type=RequestVoteResp nth=1
deliver from=n2 to=n1 type=AppendEntries nth=1

expect holds
