# protocols: raft, paxos, zab
# Museum P16: the answer to a command is lost with its leader; the client asks the next one for the same.
# It may stand in the log twice, and takes effect once.

cluster nodes=3 seed=1
lead n3
open c1 n3
run 3
submit c1 n3 incr n 1 seq=1
run 3
kill n3
lead n2 via=n1,n2
submit c1 n2 incr n 1 seq=1
run 5 among=n1,n2
expect reply c1 1 ok 1
boot n3
settle
expect value all n 1
expect holds
