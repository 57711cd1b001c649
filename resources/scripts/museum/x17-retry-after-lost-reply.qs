# protocols: raft, paxos, zab
# Museum X17, R44, P16: the leader dies before its client hears of it, and the client asks the next
# leader the same again. The operation takes effect once, and both answers are the same.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 incr n 5 seq=1
flush
expect reply c1 1 ok 5
kill n3
run 100
submit c1 n1 incr n 5 seq=1
submit c1 n2 incr n 5 seq=1
run 5
expect reply c1 1 ok 5
expect value n1,n2 n 5
boot n3
settle
expect value all n 5
# Asked twice of the same leader, in one input and later.
submit c1 n1 incr n 5 seq=2 acked=1
submit c1 n2 incr n 5 seq=2 acked=1
submit c1 n3 incr n 5 seq=2 acked=1
submit c1 n1 incr n 5 seq=2 acked=1
submit c1 n2 incr n 5 seq=2 acked=1
submit c1 n3 incr n 5 seq=2 acked=1
flush
expect value all n 10
expect holds
