# Raft 7: a node that took a snapshot loses its power. It starts from the image and the log behind it,
# and knows nothing more as committed than what is in it.

quiet cluster nodes=3 seed=1 raft.snapshotEvery=3 raft.retainEntries=1
quiet lead n1
quiet open c1 n1
quiet flush
submit c1 n1 put a 1
quiet flush
show log n3
quiet submit c1 n1 put b 2
quiet flush
power-cut n3
boot n3
show state n3
run 1
expect value n3 b 2
