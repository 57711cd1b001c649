# protocols: zab
# Museum Z01, ZOOKEEPER-3911: a follower must have the history of the new epoch on its disk before it
# acknowledges NEWLEADER. Both followers lose power right after; the leader stays away.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
submit c1 n3 put x 1
flush
expect reply c1 1 ok
kill n3
heal
disk n1 held
run 60 among=n1,n2
expect no leader
complete n1 1
run 10 among=n1,n2
power-cut n1,n2
boot n1,n2 disk=instant
run 100 among=n1,n2
expect leader any
expect value n1,n2 x 1
boot n3
settle
expect value all x 1
expect holds
