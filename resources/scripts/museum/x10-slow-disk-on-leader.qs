# protocols: raft, paxos, zab
# Museum X10, R22: the leader's own disk does not finish. Two others make a quorum without it; it must
# not count its own copy before it is on its disk.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
disk n3 held
submit c1 n3 put x 1
deliver from=n3 to=n1
deliver from=n1 to=n3
expect reply c1 1 none
deliver from=n3 to=n2
deliver from=n2 to=n3
show quorums
complete n3 9
flush
disk n3 instant
flush
expect reply c1 1 ok
settle
expect value all x 1
expect holds
