# raft, mutant truncate-always: seed 2 of the swarm, minimised.
# X3: session-open null at 2 is committed and on the disk of n2, n3 only when n2 commits it

cluster nodes=5 seed=2 election=10 electionMax=20 heartbeat=1 sessions=packets raft.maxEntriesPerMessage=2 raft.maxInflight=1 raft.preVote=false raft.checkQuorum=false

tick n2 elapsed=14
deliver from=n2 to=n3 type=RequestVote nth=1
deliver from=n2 to=n4 type=RequestVote nth=1
deliver from=n3 to=n2 type=RequestVoteResp nth=1
deliver from=n4 to=n2 type=RequestVoteResp nth=1
open c1 n2
tick n2
deliver from=n2 to=n4 type=Heartbeat nth=1
deliver from=n2 to=n3 type=AppendEntries nth=1
deliver from=n3 to=n2 type=AppendEntriesResp nth=1
deliver from=n4 to=n2 type=HeartbeatResp nth=1
deliver from=n2 to=n4 type=AppendEntries nth=2
deliver from=n4 to=n2 type=AppendEntriesResp nth=1
deliver from=n2 to=n3 type=AppendEntries nth=1
deliver from=n2 to=n4 type=AppendEntries nth=1
deliver from=n3 to=n2 type=AppendEntriesResp nth=1

expect holds
