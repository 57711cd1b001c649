# protocols: raft
# Museum R14 (a): n4 is added, the entry that says so is compacted away on every node, and all lose
# their power. The members are those of the snapshot.

cluster nodes=3 spares=1 seed=1
boot n4
lead n1
open c1 n1
flush
add n4
run 10
submit c1 n1 put x 1
run 5
compact all
power-cut all
boot all
expect config n2,n4 voters=n1,n2,n3,n4
lead n1
expect config n1,n2,n3,n4 voters=n1,n2,n3,n4
settle
expect value all x 1
expect holds
