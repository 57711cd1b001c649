# raft, mutant count-stale-votes (museum R17): n2's vote for term 1 arrives when n1 asks for term 2. With
# n3's vote for term 2 that is no quorum of five; n5 gets three votes for term 2, and leads it alone.

cluster nodes=5 seed=1 raft.preVote=false
tick n1 21
deliver from=n1 to=n2 type=RequestVote
drop from=n1
tick n1 21
deliver from=n2 to=n1 type=RequestVoteResp
deliver from=n1 to=n3 type=RequestVote
deliver from=n3 to=n1
drop from=n1
tick n5 21
drop from=n5
tick n5 21
expect era n5 2
deliver from=n5 to=n2 type=RequestVote
deliver from=n5 to=n4 type=RequestVote
deliver from=n2 to=n5
deliver from=n4 to=n5
expect role n5 leader
expect role n1 candidate
settle
expect holds
