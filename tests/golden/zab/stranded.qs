# n2 promised itself epochs that nobody else heard of (protocols.md 3.5-2), so it cannot follow the one that
# n3 leads. Lab rule: the leader makes way for a new election, and everybody follows again.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
kill n3
hold n2 n1 type=LeaderInfo
quiet run 12 among=n1,n2
kill n2
quiet drop from=n2
quiet boot n2
quiet run 40 among=n1,n2
kill n2
quiet drop from=n2
quiet release all all
quiet boot n3
quiet run 80 among=n1,n3
show state n3
quiet boot n2
quiet run 1
run 2
quiet run 60
show state
expect leader any
expect value all x none
