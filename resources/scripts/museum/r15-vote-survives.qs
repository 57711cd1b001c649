# protocols: raft
# Museum R15: n2 votes for n1, loses power before or after its answer leaves, and is asked by n3 in the
# same term. It must refuse what it once gave.

cluster nodes=3 seed=1 raft.preVote=false
tick n1 21
deliver from=n1 to=n2 type=RequestVote
expect era n2 1
power-cut n2
boot n2
tick n3 21
deliver from=n3 to=n2 type=RequestVote
deliver from=n2 to=n3
expect role n3 candidate
deliver from=n2 to=n1
expect era n1 1
settle
expect holds
