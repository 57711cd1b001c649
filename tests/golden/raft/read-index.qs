# Dissertation 6.4, protocols.md 1.12: two reads at the leader share one round of heartbeats; a
# follower asks the leader for the position and answers from its own state.

quiet cluster nodes=3 seed=1
quiet lead n1
quiet open c1 n1
quiet flush
quiet submit c1 n1 put x 1
quiet flush
read c1 n1 index get x count=2
flush
read c2 n3 index get x
flush
read c3 n2 local get x
expect reply c2 read1 ok 1
