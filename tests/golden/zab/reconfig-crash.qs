# The leader dies with a pending configuration that one follower has (protocols.md 3.10). That one can only be
# elected with a quorum of both; its NewLeader acknowledgements complete the change.

cluster nodes=3 spares=1 seed=1
quiet lead n3
open c1 n3
quiet flush
quiet boot n4
quiet add n4 learner
quiet run 12
hold n3 n1
promote n4
deliver from=n3 to=n2
kill n3
release all all
quiet run 30
show state
expect config n2 voters=n1,n2,n3,n4
boot n3
quiet settle
expect holds
