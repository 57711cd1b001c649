# An observer (protocols.md 3.9): ObserverInfo, the same synchronisation, then Inform of what is committed;
# no acknowledgement, no vote.

cluster nodes=3 spares=1 seed=1
quiet lead n3
open c1 n3
quiet flush
add n4 learner
quiet flush
boot n4
flush
run 2
submit c1 n3 put x 1
flush
show state n4
expect value n4 x 1
