# raft, mutant commit-unmatched-suffix (museum R05): n1 holds two stale entries. An empty append of the
# new leader was compared up to position 2 and says that 4 is committed: n1 may commit 2.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
hold n1 n2,n3
submit c1 n1 put a 1
submit c1 n1 put b 2
partition n1 n2,n3
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
drop from=n1
heal n1 n2
hold n2 n1
inject n2 n1 {"type":"AppendEntries","term":2,"prevPos":2,"prevTerm":1,"entries":[],"leaderCommit":4}
expect committed n1 <=2
settle
expect holds
