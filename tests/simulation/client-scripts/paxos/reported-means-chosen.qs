# n1 alone accepted x. n5 hears of it from n1 and takes it for chosen: who reads there sees it.
# Without n1 and n5 the others go on without it.

cluster nodes=5 seed=1
lead n1
open c1 n1
open c2 n1
flush
run 3
hold n1 n2,n3,n4,n5
submit c1 n1 put x 1
kill n1
drop from=n1
release all all
boot n1
hold n5 n1,n4 type=Accept
hold n5 n1,n4 type=Heartbeat
hold n5 n1,n4 type=Commit
lead n5 via=n1,n4,n5 ready=no
read c3 n5 local get x
kill n1
kill n5
drop from=n5
drop from=n1
release all all
lead n2 via=n2,n3,n4
submit c2 n2 put x 2
flush among=n2,n3,n4
run 10 among=n2,n3,n4
