# A voter comes back with another disk (protocols.md 0.5, museum R28): it is nobody until it is removed and
# added again, as a learner first.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
submit c1 n3 put x 1
quiet flush
kill n1
quiet boot n1 disk=wiped
quiet run 20
show state n1
remove n1
quiet run 5
add n1 learner
quiet run 40
show state n1
promote n1
quiet run 5
show state
expect config voters=n1,n2,n3
expect value n1 x 1
