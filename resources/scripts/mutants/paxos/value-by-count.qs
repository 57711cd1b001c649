# protocols: paxos
# Mutant value-by-count, in single-decree mode: x of ballot 1.n1 stands at two acceptors, y of the
# higher ballot 1.n2 at three, so y is chosen. Two reports of x against one of y say nothing.

cluster nodes=7 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor,n6:acceptor,n7:acceptor
submit c1 n1 put x 1
deliver from=n1 type=Prepare
deliver to=n1 type=Promise
deliver from=n1 to=n3
deliver from=n1 to=n4
drop from=n1
drop to=n1
submit c2 n2 put x 2
drop from=n2 to=n3
drop from=n2 to=n4
deliver from=n2 type=Prepare
deliver to=n2 type=Promise
deliver from=n2 to=n5
deliver from=n2 to=n6
deliver from=n2 to=n7
deliver to=n2 type=Accepted
expect reply c2 1 ok
cut n1 n6,n7
tick n1 elapsed=10
run 100 among=n1,n3,n4,n5
expect value n1 x 2
expect holds
