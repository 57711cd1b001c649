# The leader is removed (protocols.md 3.10): with the commit it designates the voter that acknowledged most,
# commits nothing more, and its followers look for that one.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
remove n3
flush
quiet run 30
show state
expect leader n1
expect role n3 outsider
expect reply operator remove ok
