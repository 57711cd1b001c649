# protocols: raft
# Museum R46: n2 lags when n1 is told to hand over to it, is brought up to date first, and then the
# TimeoutNow is lost. n1 takes nothing meanwhile, and goes on after an election timeout.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
hold n1 n2
submit c1 n1 put x 1
flush among=n1,n3
transfer n2
submit c1 n1 put y 1
expect reply c1 2 refused transferring
release n1 n2
hold n1 n2 type=TimeoutNow
flush
expect messages 1 type=TimeoutNow
drop from=n1 to=n2 type=TimeoutNow
release n1 n2
run 12
expect reply operator transfer refused busy
expect leader n1
expect era n1 1
submit c1 n1 put z 1
flush
expect holds
