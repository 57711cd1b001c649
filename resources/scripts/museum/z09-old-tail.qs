# protocols: zab
# Museum Z09, Z15, Z29, ZOOKEEPER-2845: n3 logs x alone and is deposed. When it joins the new leader, x is
# cut off exactly there, on its disk, too: a restart does not bring it back.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put a 1
flush
partition n3 n1,n2
submit c1 n3 put x 1 seq=2
expect entry n3 3 put x 1
run 120
expect no leader n3
open c2 n2
open c2 n1
run 3
submit c2 n2 put y 2 seq=1
submit c2 n1 put y 2 seq=1
run 3
heal
settle
expect entry all 3 session-open
expect value all x none
expect value all a 1
kill n3
boot n3
settle
expect entry all 3 session-open
expect value all y 2
expect holds
