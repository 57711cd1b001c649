# protocols: paxos
# Mutant read-before-recovered: slot 2 is chosen and acknowledged, but n1 has only just heard of it
# in phase 1. Its own prefix is older than what the client of n3 was told (museum R40).

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
cut n3 n1
submit c1 n3 put x 1
deliver from=n3 to=n2 type=Accept
deliver from=n2 to=n3 type=Accepted
expect reply c1 1 ok
kill n3
hold n1 n2 type=Accept
lead n1 via=n1,n2 ready=no
read c2 n1 index get x
deliver from=n1 to=n2 type=Heartbeat
deliver from=n2 to=n1 type=HeartbeatAck
release n1 n2
run 5
expect reply c2 read ok
expect holds
