# n3 votes for n2, loses power before that is on its disk, and votes for n1 in the same term. Both
# lead it, and both have their write acknowledged by n3.

cluster nodes=3 seed=1 raft.preVote=false raft.checkQuorum=false
lead n1
open c1 n1
open c2 n1
flush
run 2
partition n1 n2,n3
disk n3 held
tick n3 20
lead n2 via=n2,n3 ready=no
power-cut n3
drop from=n2
kill n1
boot n1
boot n3
disk n3 instant
partition n1,n3 n2
lead n1 via=n1,n3
submit c1 n1 put x 1
flush among=n1,n3
run 2 among=n1,n3
partition n1 n2,n3
submit c2 n2 put x 2
flush among=n2,n3
run 6 among=n2,n3
