# The counter of an epoch is exhausted (protocols.md 3.1): the leader makes way for a new epoch, and counts
# from 1 again.

cluster nodes=3 seed=1 counterMax=3
quiet lead n3
open c1 n3
quiet flush
submit c1 n3 put x 1 count=4
flush
quiet run 30
submit c1 n3 put x 1 seq=5
quiet flush
show log n3
expect era n3 2
