# The leader dies after it applied a command and before its client hears of it. The client asks the
# next leader for the same: it is told what came of it then, and nothing is done twice. Afterwards a
# follower dies between its disk and its acknowledgement: what it wrote is there when it returns.
# protocols: raft, paxos, zab

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet run 5
crash-at n3 before-reply
submit c1 n3 incr x 5 seq=1
quiet run 5
expect down n3
expect reply c1 1 none
quiet lead n2 via=n1,n2
submit c1 n2 incr x 5 seq=1
quiet run 5
expect reply c1 1 ok 5
expect value n1,n2 x 5
quiet boot n3
quiet settle
expect value all x 5

crash-at n1 after-persist
submit c1 n2 incr x 1 seq=2
quiet run 5
expect down n1
expect reply c1 2 ok 6
quiet boot n1
quiet settle
expect value all x 6
expect holds
