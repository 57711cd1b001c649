# protocols: raft
# Museum R04: n1 committed more than its successor knows to be committed; the successor's first word
# does not take it back.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
submit c1 n1 put x 1
deliver from=n1 to=n2 type=AppendEntries
deliver from=n2 to=n1
expect committed n1 3
drop from=n1
expect committed n2 <=2
lead n2 via=n2,n3 ready=no
inject n2 n1 {"type":"Heartbeat","term":2,"commit":2,"round":1,"sentAt":0}
expect committed n1 3
settle
expect value all x 1
expect holds
