# n3 alone has x, and serves it before a quorum has adopted its history; n1 and n2 go on without.

cluster nodes=3 seed=1
lead n3
open c1 n3
open c2 n3
flush
run 3
hold n3 n1,n2
submit c1 n3 put x 1
kill n3
drop from=n3
release all all
boot n3
hold n3 n1,n2 type=Proposal
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
run 1
read c3 n3 local get x
kill n3
drop from=n3
release all all
run 80 among=n1,n2
submit c2 n2 put x 2
flush among=n1,n2
run 5 among=n1,n2
