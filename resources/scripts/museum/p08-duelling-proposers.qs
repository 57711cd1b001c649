# protocols: paxos
# Museum P08: two proposers without a pause. Each Prepare lands between the Prepare and the Accept of
# the other, so that every Accept is refused: ballots rise, nothing is decided, and nothing is wrong.

cluster nodes=5 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor backoff=none
submit c1 n1 put x 1
submit c2 n2 put x 2
deliver from=n1
deliver to=n1
deliver from=n2
deliver to=n2
deliver from=n1
deliver to=n1
deliver from=n1
deliver to=n1
deliver from=n2
deliver to=n2
deliver from=n2
deliver to=n2
deliver from=n1
deliver to=n1
expect reply c1 1 none
expect reply c2 1 none
expect committed all 0
expect holds
