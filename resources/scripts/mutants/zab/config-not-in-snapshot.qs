# zab, mutant config-not-in-snapshot (museum R14): the cluster shrinks to n4 and n5, the entry that says so is
# compacted away, and both restart. They know who they are, and need nobody else.

cluster nodes=5 seed=1
lead n5
open c1 n5
flush
reconfigure n4,n5
run 10
expect config voters=n4,n5
submit c1 n5 put x 1
run 5
compact n4,n5
kill all
boot n4,n5
run 60
expect config n4,n5 voters=n4,n5
expect leader n5
expect value n4,n5 x 1
expect holds
