# protocols: raft
# Museum R28: n2 loses its disk and comes back under the same name. It has forgotten the entry that it
# acknowledged, and n3 never had it: together they must not elect n3.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
hold n1 n3
submit c1 n1 put x 1
flush among=n1,n2
expect reply c1 1 ok
drop from=n1 to=n3
kill n2
boot n2 disk=wiped
partition n1 n2,n3
run 200 among=n2,n3
expect no leader n2,n3
heal
release n1 n3
run 60
remove n2
run 10
add n2
run 20
expect config voters=n1,n2,n3
settle
expect value all x 1
expect holds
