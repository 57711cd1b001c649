# A leader loses the power while a write waits for its disk: nobody was told, nobody keeps it.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
disk all held
submit c1 n3 put x 1
show messages
power-cut n3
show log n3
drop from=n3
quiet boot n3
quiet settle
expect value all x none
expect reply c1 1 none
