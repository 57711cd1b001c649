# What a snapshot leaves of the log (protocols.md 3.6): with some entries behind it a short absence needs a
# Diff only.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
kill n1
submit c1 n3 put x 1 count=2
quiet flush
snapshot n3 retain=3
show log n3
boot n1
flush
expect snapshot n1 0
expect value n1 x 1
