# protocols: zab
# Museum Z15 (ZOOKEEPER-1154, 1156): n5 has a tail that nobody else has, and is away while n4 leads. When it
# returns that tail goes, and nothing before it.

cluster nodes=5 seed=1
lead n5
open c1 n5
flush
submit c1 n5 put x 1 count=3
flush
expect length n5 4
partition n5 n1,n2,n3,n4
submit c1 n5 put y 1 count=2
expect length n5 6
kill n5
run 80
expect leader n4
open c2 n4
flush
heal
boot n5
settle
expect entry n5 4 put x 1
expect entry n5 5 session-open
expect length n5 5
expect value all y none
expect holds
