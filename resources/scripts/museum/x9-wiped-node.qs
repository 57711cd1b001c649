# protocols: raft, paxos, zab
# Museum X9, R28, P19: a node loses its disk and comes back under a new storage id. It has forgotten
# what it promised, so it must stay outside: with one more node down there is no quorum.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
kill n1
boot n1 disk=wiped
run 40
expect role n1 outsider
expect value n1 x none
expect leader n3
kill n2
run 150
expect no leader
boot n2
settle
expect value n2,n3 x 1
expect holds
