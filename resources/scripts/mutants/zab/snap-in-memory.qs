# zab, mutant snap-in-memory (museum Z11, ZOOKEEPER-3642): n1 is so far behind that it gets a snapshot,
# then the entries behind it. After a restart those alone are worth nothing.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
kill n1
submit c1 n3 put x 1 count=5
flush
compact n2,n3
submit c1 n3 put y 1
flush
boot n1
run 20
expect value n1 y 1
kill n1
boot n1
expect up n1
settle
expect value all x 1
expect holds
