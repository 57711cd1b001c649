# n1 leads term 2 with a vote for term 1, beside n5: both have the write of a client acknowledged.

cluster nodes=5 seed=1 raft.preVote=false raft.checkQuorum=false
lead n4
open c1 n4
open c2 n4
flush
run 2
kill n4
tick n1 21
deliver from=n1 to=n2 type=RequestVote
drop from=n1
tick n1 21
deliver from=n2 to=n1 type=RequestVoteResp
deliver from=n1 to=n3 type=RequestVote
deliver from=n3 to=n1
drop from=n1
boot n4
partition n1 n2,n3,n4,n5
lead n5 via=n2,n4,n5
submit c1 n5 put x 1
flush among=n2,n4,n5
run 3 among=n2,n4,n5
partition n1,n3 n2,n4,n5
heal n1 n2
submit c2 n1 put x 2
flush among=n1,n2,n3
run 6 among=n1,n2,n3
