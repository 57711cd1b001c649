# Dissertation 4.2.1, protocols.md 1.9.6: a learner is sent everything and counts for nothing. It is
# promoted when it has caught up.

quiet cluster nodes=3 spares=1 seed=1
boot n4
quiet lead n1
quiet flush
hold n1 n4
add n4 learner
flush
promote n4
release n1 n4
run 3
show state n4
promote n4
flush
show quorums n1
expect config n4 voters=n1,n2,n3,n4
