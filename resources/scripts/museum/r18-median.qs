# protocols: raft
# Museum R18, R03: of five logs that reach 6, 6, 4, 3 and 2 the third counts, not what most agree on; and
# entries whose acknowledgement got lost are committed with the ones behind them.

cluster nodes=5 seed=1 raft.maxEntriesPerMessage=1
lead n1
open c1 n1
flush
submit c1 n1 put a 1
deliver from=n1 to=n4 type=AppendEntries
deliver from=n1 to=n3 type=AppendEntries
submit c1 n1 put b 2
deliver from=n1 to=n3 type=AppendEntries
submit c1 n1 put c 3
submit c1 n1 put d 4
deliver from=n1 to=n2 type=AppendEntries
deliver from=n4 to=n1
deliver from=n3 to=n1
deliver from=n2 to=n1
expect committed n1 4
settle
expect value all d 4
expect holds
