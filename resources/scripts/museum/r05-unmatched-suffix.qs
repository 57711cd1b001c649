# protocols: raft
# Museum R05: n1 holds stale entries of its old term. An empty append of the new leader says that more is
# committed than it compared: n1 may commit only what a message verified.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
hold n1 n2,n3
submit c1 n1 put a 1
submit c1 n1 put b 2
expect length n1 4
partition n1 n2,n3
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put c 3
flush among=n2,n3
expect committed n2 >=4
drop from=n1
heal n1 n2
hold n2 n1
inject n2 n1 {"type":"AppendEntries","term":2,"prevPos":2,"prevTerm":1,"entries":[],"leaderCommit":4}
expect committed n1 <=2
settle
expect value all a none
expect value all c 3
expect holds
