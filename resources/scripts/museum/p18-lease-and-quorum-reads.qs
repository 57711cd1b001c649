# protocols: paxos
# Museum P18: n3 is cut off while it leads; n1 takes over and x is written. At n3 neither a lease nor
# a round of heartbeats answers any more; the read of a quorum at n2 sees the write.

cluster nodes=3 seed=1 leaseReads=true
run 10
lead n3
open c1 n3
run 3
read c1 n3 lease get x
expect reply c1 read1 ok
partition n3 n1,n2
run 40 among=n1,n2
open c2 n1
run 2 among=n1,n2
submit c2 n1 put x 1
run 2 among=n1,n2
expect reply c2 1 ok
read c1 n3 index get x
read c2 n2 quorum get x
run 2 among=n1,n2
expect reply c1 read2 none
expect reply c2 read ok 1
run 30
expect reply c1 read2 refused
settle
expect holds
