# raft, mutant count-self-before-sync: seed 3 of the swarm, minimised.
# X3: noop null at 1 is committed and on the disk of n1, n4 only when n3 commits it

cluster nodes=5 seed=3 election=15 electionMax=30 heartbeat=3 sessions=packets raft.maxEntriesPerMessage=8 raft.maxInflight=4 raft.preVote=true raft.checkQuorum=false

disk n3 held
tick n3 elapsed=16
deliver from=n3 to=n4 type=PreVote nth=1
deliver from=n3 to=n1 type=PreVote nth=1
deliver from=n1 to=n3 type=PreVoteResp nth=1
deliver from=n4 to=n3 type=PreVoteResp nth=1
complete n3 1
deliver from=n3 to=n2 type=RequestVote nth=1
deliver from=n3 to=n4 type=RequestVote nth=1
deliver from=n4 to=n3 type=RequestVoteResp nth=1
deliver from=n2 to=n3 type=RequestVoteResp nth=1
deliver from=n3 to=n4 type=AppendEntries nth=1
deliver from=n4 to=n3 type=AppendEntriesResp nth=1
deliver from=n3 to=n1 type=AppendEntries nth=1
deliver from=n1 to=n3 type=AppendEntriesResp nth=1

expect holds
