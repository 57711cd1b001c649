# protocols: paxos
# The leader removes itself: it proposes up to the last slot it may, waits until the others know, hands
# over and resigns.
cluster nodes=3 seed=1 window=2
quiet lead n1
remove n1 at=n1
flush
tick n1 2
flush
quiet run 3
expect leader any
expect config n2,n3 voters=n2,n3
expect role n1 outsider
expect holds
