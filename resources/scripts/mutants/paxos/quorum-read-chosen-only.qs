# protocols: paxos
# Mutant quorum-read-chosen-only: n2 accepted slot 2, which made it chosen, but does not know that
# it is. A read that asks for known-chosen slots misses a write that was acknowledged (P9).

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
cut n3 n1
submit c1 n3 put x 1
deliver from=n3 to=n2 type=Accept
deliver from=n2 to=n3 type=Accepted
expect reply c1 1 ok
cut n3 n2
read c2 n1 quorum get x
deliver from=n1 to=n2 type=ReadProbe
deliver from=n2 to=n1 type=ReadProbeResp
heal
run 60
expect reply c2 read ok
expect holds
