# protocols: zab
# Museum Z26: the leader of epoch 1 dies as soon as one follower has promised it. The next one must
# choose a later epoch, from what a quorum has promised.

cluster nodes=3 seed=1
hold n3 n1
run 4 among=n2,n3
kill n3
release all all
run 120 among=n1,n2
expect leader any
boot n3
settle
expect leader one
expect holds
