# protocols: raft
# Museum R06: the acknowledgements of two appends arrive in the wrong order; the match index of the
# follower does not go back.

cluster nodes=5 seed=1
lead n1
open c1 n1
flush
submit c1 n1 put a 1
deliver from=n1 to=n2
submit c1 n1 put b 2
deliver from=n1 to=n2
deliver from=n1 to=n3
deliver from=n3 to=n1
deliver from=n2 to=n1 type=AppendEntriesResp nth=2
expect committed n1 >=4
deliver from=n2 to=n1 type=AppendEntriesResp nth=1
expect committed n1 >=4
settle
expect holds
