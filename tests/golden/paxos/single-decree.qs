# protocols: paxos
# Single-decree Paxos (protocols.md 2.1): two phases decide the value of n1; n2, which comes later with
# its own, finds it reported and proposes it again. The learner counts votes of one ballot.
cluster nodes=6 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor,n6:learner
submit c1 n1 put x 1
deliver from=n1 type=Prepare
deliver to=n1 type=Promise
deliver from=n1 type=Accept
deliver type=Accepted
show state n6
submit c2 n2 put x 2
flush
expect value n1,n2,n6 x 1
expect reply c1 1 ok
expect reply c2 1 refused bad-request
expect holds
