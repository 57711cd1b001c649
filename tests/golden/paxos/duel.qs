# protocols: paxos
# Duelling proposers without a pause (museum P08): every Accept meets a higher promise.
cluster nodes=3 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor backoff=none
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
show state n1,n2
expect committed all 0
expect holds
