# protocols: paxos
# A planned hand-over: the leader stops proposing, waits until the target knows everything, and asks it
# to prepare; acceptors do not stick to a leader that asks for it. Without the target it goes on.
cluster nodes=3 seed=1
quiet lead n1
quiet open c1 n1
quiet run 2
transfer n2 at=n1
submit c1 n1 put x 1
expect reply c1 1 refused transferring
flush
expect leader n2
expect reply operator 1 ok
kill n3
transfer n3 at=n2
quiet run 25
expect reply operator 2 refused busy
expect leader n2
expect holds
