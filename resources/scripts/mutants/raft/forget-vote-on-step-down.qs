# raft, mutant forget-vote-on-step-down: seed 31 of the swarm, minimised.
# R1: n1 votes for n1 and n4 in term 2

cluster nodes=4 seed=31 election=10 electionMax=20 heartbeat=1 sessions=packets raft.preVote=false raft.checkQuorum=true

tick n3 elapsed=13
deliver from=n3 to=n4 type=RequestVote nth=1
deliver from=n3 to=n2 type=RequestVote nth=1
deliver from=n3 to=n1 type=RequestVote nth=1
deliver from=n2 to=n3 type=RequestVoteResp nth=1
deliver from=n1 to=n3 type=RequestVoteResp nth=1
tick n3
deliver from=n3 to=n4 type=Heartbeat nth=1
tick n4
tick n1 elapsed=14
deliver from=n1 to=n3 type=RequestVote nth=1
deliver from=n1 to=n4 type=RequestVote nth=1
deliver from=n3 to=n1 type=RequestVoteResp nth=1
deliver from=n4 to=n1 type=RequestVoteResp nth=1
tick n4 elapsed=11
deliver from=n4 to=n1 type=RequestVote nth=1

expect holds
