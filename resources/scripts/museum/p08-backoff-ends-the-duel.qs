# protocols: paxos
# Museum P08, with a random pause after each failure: the same two proposers, the same network, and
# one of them gets through. Both agree on what was decided.

cluster nodes=6 seed=3 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor,n6:learner backoff=random
submit c1 n1 put x 1
submit c2 n2 put x 2
run 200
expect committed n1,n2,n6 1
expect holds
