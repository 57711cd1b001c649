# n1 and n2 accepted x of the first ballot, n3, n4 and n5 y of the second one, which is chosen. n1
# counts two reports of x and one of y, and proposes x.

cluster nodes=5 seed=1
lead n1
open c1 n1
open c2 n1
flush
run 3
hold n1 n3,n4,n5
submit c1 n1 put x 1
deliver from=n1 to=n2 type=Accept
kill n1
drop from=n1
drop from=n2
release all all
partition n2 n3,n4,n5
lead n3 via=n3,n4,n5
hold n3 n4,n5 type=Commit
submit c2 n3 put x 2
flush among=n3,n4,n5
kill n3
drop from=n3
kill n5
release all all
heal
boot n1
lead n1 via=n1,n2,n4
submit c1 n1 get x
flush among=n1,n2,n4
run 10 among=n1,n2,n4
