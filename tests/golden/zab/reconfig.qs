# A voter is added and another removed in one transaction (protocols.md 3.10). From its proposal on both
# quorums are needed; CommitAndActivate puts it in force; n1 hears that it has no place any more.

cluster nodes=3 spares=1 seed=1
quiet lead n3
open c1 n3
quiet flush
quiet boot n4
quiet add n4 learner
quiet run 12
reconfigure n2,n3,n4
flush
expect reply operator reconfigure ok
show state
show quorums
