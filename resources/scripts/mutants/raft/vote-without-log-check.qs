# raft, mutant vote-without-log-check: seed 2 of the swarm, minimised.
# R4: n4 leads term 2 without session-open null at 2

cluster nodes=5 seed=2 election=10 electionMax=20 heartbeat=1 sessions=packets raft.maxEntriesPerMessage=2 raft.maxInflight=1 raft.preVote=false raft.checkQuorum=false

tick n2 elapsed=14
deliver from=n2 to=n4 type=RequestVote nth=1
deliver from=n2 to=n5 type=RequestVote nth=1
deliver from=n2 to=n1 type=RequestVote nth=1
deliver from=n5 to=n2 type=RequestVoteResp nth=1
deliver from=n1 to=n2 type=RequestVoteResp nth=1
deliver from=n2 to=n5 type=AppendEntries nth=1
open c1 n2
deliver from=n2 to=n1 type=AppendEntries nth=1
deliver from=n5 to=n2 type=AppendEntriesResp nth=1
deliver from=n1 to=n2 type=AppendEntriesResp nth=1
deliver from=n2 to=n1 type=AppendEntries nth=1
deliver from=n2 to=n5 type=AppendEntries nth=1
deliver from=n1 to=n2 type=AppendEntriesResp nth=1
deliver from=n5 to=n2 type=AppendEntriesResp nth=1
tick n4 elapsed=11
deliver from=n4 to=n3 type=RequestVote nth=1
deliver from=n3 to=n4 type=RequestVoteResp nth=1
deliver from=n4 to=n5 type=RequestVote nth=1
deliver from=n5 to=n4 type=RequestVoteResp nth=1

expect holds
