# protocols: paxos
# Reads that are no log entries: at the leader after a round of heartbeats, at any node from a read
# quorum, and from what a node happens to have.
cluster nodes=3 seed=1
quiet lead n1
quiet open c1 n1
quiet run 2
cut n1 n3
submit c1 n1 put x 1
flush
read c1 n1 index get x
flush
read c2 n3 quorum get x
read c3 n3 local get x
flush
expect reply c3 read ok none
heal
tick n1
flush
expect reply c1 read ok 1
expect reply c2 read ok 1
expect holds
