# protocols: paxos
# n1 has missed slots that the others have only in their snapshots: it learns by an image, chunk by
# chunk, and goes on from there. After a power cut it comes back from that image.
cluster nodes=3 seed=1
quiet lead n3
quiet open c1 n3
quiet flush
cut n3 n1
quiet submit c1 n3 put x 1 count=5
quiet flush
compact n3
heal
tick n3
flush
show log n1
submit c1 n3 put y 2
flush
power-cut n1
boot n1
show state n1
quiet settle
expect value all y 2
expect holds
