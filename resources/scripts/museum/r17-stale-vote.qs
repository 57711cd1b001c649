# protocols: raft
# Museum R17, R16: the vote for term 1 arrives when the candidate asks for term 2 already, and the vote
# for term 2 arrives twice. Neither counts.

cluster nodes=5 seed=1 raft.preVote=false
tick n1 21
deliver from=n1 to=n2 type=RequestVote
drop from=n1
tick n1 21
expect era n1 2
deliver from=n2 to=n1 type=RequestVoteResp
expect role n1 candidate
deliver from=n1 to=n3 type=RequestVote
duplicate from=n3 to=n1
deliver from=n3 to=n1
expect role n1 candidate
settle
expect holds
