# zab, mutant vote-with-accepted-epoch: n1 missed x and then promised epoch 2, whose history it never
# got. n3 has x and promised epoch 1 only. A promise is no history: n3 has to win the first election.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
submit c1 n3 put x 1
flush
expect reply c1 1 ok
kill n3
heal
hold n2 n1 type=Diff
hold n1 n2 type=AckEpoch
run 30 among=n1,n2
kill n2
release all all
boot n3
run 5
expect role n3 leader
run 100
expect leader n3
expect value n1,n3 x 1
boot n2
settle
expect holds
