# protocols: zab
# Museum Z29: the leader dies with x on one other server. That one wins, commits x in its epoch, and only
# then anything new. With y it is the other way round: nobody had it, so it is cut off.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
hold n3 n1
submit c1 n3 put x 1
deliver from=n3 to=n2
submit c1 n3 put y 1
kill n3
release all all
run 80
expect leader n2
open c2 n2
flush
expect entry n1,n2 2 put x 1
expect entry n1,n2 3 session-open
boot n3
settle
expect value all x 1
expect value all y none
expect holds
