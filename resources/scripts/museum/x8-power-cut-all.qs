# protocols: raft, paxos, zab
# Museum X8, R22, P02, Z01: every node loses power with writes under way. An acknowledged write was on
# a majority of disks before; one that was on no disk was acknowledged by nobody.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
expect reply c1 1 ok
disk all held
submit c1 n3 put y 2
flush
expect reply c1 2 none
power-cut all
boot all disk=instant
settle
expect value all x 1
expect value all y none
expect holds
