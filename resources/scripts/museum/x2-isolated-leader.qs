# protocols: raft, paxos, zab
# Museum X2, R39, P18, Z25: a leader is cut off together with its client. It must not answer a read
# with what the others have overwritten meanwhile.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
partition n3 n1,n2
run 100
expect no leader n3
expect leader any
open c2 n1
open c2 n2
flush
submit c2 n1 put x 2
submit c2 n2 put x 2 seq=1
run 5 among=n1,n2
expect reply c2 1 ok
submit c1 n3 get x
run 20
expect value n1,n2 x 2
settle
expect value all x 2
expect holds
