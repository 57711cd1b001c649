# protocols: raft
# Museum R47: n3 was promoted and has not heard of it when the leader dies. n2 needs its vote, and
# gets it.

cluster nodes=2 spares=1 seed=1
boot n3
lead n1
flush
add n3 learner
run 5
expect config n3 voters=n1,n2 learners=n3
hold n1 n3
promote n3
flush among=n1,n2
expect reply operator promote ok
kill n1
expect config n3 voters=n1,n2 learners=n3
tick n3 10
lead n2 via=n2,n3
expect config n3 voters=n1,n2,n3
expect holds
