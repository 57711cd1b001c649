# A planned hand-over: the leader waits until the target has everything, tells its followers whom to support
# first, and stops. The target is elected although its id is the lowest.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
submit c1 n3 put x 1
transfer n1
submit c1 n3 put y 1
flush
quiet run 20
show state
expect leader n1
expect reply operator transfer ok
expect reply c1 2 refused transferring
