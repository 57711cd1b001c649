# raft, mutant skip-2015-guard (museum R24): n1 adds n5 to a cluster of four, and only n5 has the
# entry. n2 leads the next term and removes n1 before anything of its term is committed: n2 and n3
# are a majority of the three that are left, and n1, n4 and n5 one of the five that n1 knows.

cluster nodes=4 spares=1 seed=1
boot n5
lead n1
flush
partition n1,n5 n2,n3,n4
add n5 at=n1
flush among=n1,n5
hold n2 n3,n4 type=AppendEntries
lead n2 via=n2,n3,n4 ready=no
partition n1,n5 n2,n3 n4
remove n1 at=n2
release n2 n3,n4
flush among=n2,n3
partition n1,n4,n5 n2,n3
kill n1
boot n1
tick n5 10
lead n1 via=n1,n4,n5
settle
expect holds
