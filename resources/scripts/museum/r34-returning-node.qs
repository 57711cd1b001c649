# protocols: raft, paxos
# Museum R34, R33: a node is cut off for many timeouts and comes back. It must not unseat a leader that
# works: PreVote (Raft) and PrePrepare (Paxos) ask before a number is used up.

cluster nodes=3 seed=1
lead n3
expect era n3 1
partition n1 n2,n3
run 300
heal
run 60
expect leader n3
expect era n3 1
expect holds
