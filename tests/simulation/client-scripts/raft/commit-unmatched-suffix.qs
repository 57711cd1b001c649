# n1 commits its own stale tail; who reads there sees values that nobody else has, and that the
# versions of what is written afterwards leave no room for.

cluster nodes=3 seed=1
lead n1
open c1 n1
open c2 n1
flush
hold n1 n2,n3
submit c1 n1 put a 1
submit c1 n1 put b 2
partition n1 n2,n3
lead n2 via=n2,n3
flush among=n2,n3
drop from=n1
heal n1 n2
hold n2 n1
inject n2 n1 {"type":"AppendEntries","term":2,"prevPos":3,"prevTerm":1,"entries":[],"leaderCommit":5}
read c3 n1 local get a
submit c2 n2 put a 7
flush among=n2,n3
run 3 among=n2,n3
