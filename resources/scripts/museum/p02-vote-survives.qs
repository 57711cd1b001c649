# protocols: paxos
# Museum P02: x is chosen by the votes of n3 and n4. n4 loses power after it said so; its vote is on
# its disk, so the proposer of y, which asks n4 and n5, is told of x.

cluster nodes=5 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor
cut n1 n5
submit c1 n1 put x 1
flush
expect reply c1 1 ok
power-cut n4
boot n4
cut n2 n3
submit c2 n2 put x 2
flush
expect reply c2 1 refused
expect value n1,n2 x 1
expect holds
