# protocols: raft, paxos, zab
# Museum X6, R41: the leader stands still for longer than any timeout, with a read waiting in its
# socket. It learns of the lost time before it answers.

cluster nodes=3 seed=2
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
pause n3
submit c1 n3 get x seq=2
run 100
expect leader any
open c2 n1
open c2 n2
run 3 among=n1,n2
submit c2 n1 put x 2 seq=1
submit c2 n2 put x 2 seq=1
run 5
expect reply c2 1 ok
resume n3
run 30
settle
expect value all x 2
expect holds
