# protocols: zab
# Museum Z16, Z03: a server crashes between the two numbers it writes, acceptedEpoch first. It starts
# again and joins.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
submit c1 n3 put x 1
flush
kill n3
disk n1 held
run 25 among=n1,n2
power-cut n1 keep-record=1
boot n1 disk=instant
run 120 among=n1,n2
expect leader any
boot n3
settle
expect value all x 1
expect holds
