# protocols: raft, paxos, zab
# Museum P19, R13, Z13: a record in the middle of a log cannot be read. The node refuses to start rather
# than to forget silently what it acknowledged.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
kill n1
boot n1 disk=corrupt
expect down n1
kill n2
run 150
expect no leader
boot n2
settle
expect value n2,n3 x 1
expect holds
