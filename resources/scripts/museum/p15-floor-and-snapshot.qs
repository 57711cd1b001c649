# protocols: paxos
# Museum P15: n1 misses what the others decide, take into a snapshot and drop. It must not fill those
# slots with no-ops: it gets the snapshot, as a follower and, here, as a candidate.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
submit c1 n3 put x 1 count=20
run 3
compact all
kill n3
heal
run 60 among=n1,n2
expect snapshot n1 >=20
expect value n1 x 1
boot n3
settle
expect value all x 1
expect holds
