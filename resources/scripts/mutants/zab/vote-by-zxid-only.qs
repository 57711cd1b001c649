# zab, mutant vote-by-zxid-only: n3 has a long tail that nobody else has. n1 and n2 established epoch 2
# without new transactions, so their histories are shorter, but later. With n2 away n1 has to win; n3
# would be sent back by its follower for ever.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n3 n1,n2
submit c1 n3 put x 1 count=5
run 120
kill n3
run 60 among=n1,n2
expect era n1 2
heal
kill n2
boot n3
run 200
expect leader n1
expect length n3 <=2
boot n2
settle
expect holds
