# protocols: raft
# Museum R33: n5 is removed while it is cut off. When it is back it believes to be a voter and asks for
# votes for ever. The leader must not notice.

cluster nodes=5 seed=1
lead n1
flush
partition n1,n2,n3,n4 n5
remove n5
run 30
expect reply operator remove ok
expect era n1 1
heal
run 200
expect leader n1
expect era n1 1
expect era n4 1
expect holds
