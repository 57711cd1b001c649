# n3 accepted x of the first ballot, n1 and n2 y of the second one, which is chosen. A new leader
# that hears of x first proposes it again.

cluster nodes=3 seed=1
lead n3
open c1 n3
open c2 n3
flush
run 3
hold n3 n1,n2
submit c1 n3 put x 1
partition n3 n1,n2
lead n1 via=n1,n2
hold n1 n2 type=Commit
submit c2 n1 put x 2
flush among=n1,n2
kill n1
drop from=n1
drop from=n3
release all all
heal
kill n3
boot n3
lead n3 via=n2,n3
submit c1 n3 get x
flush among=n2,n3
run 10 among=n2,n3
