# protocols: paxos
# Museum P10: a new leader hears of a value that one acceptor holds. It may not take it for chosen
# before a quorum has accepted it in its own ballot.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
hold n3 n1 type=Accept
submit c1 n3 put x 1
deliver from=n3 to=n2 type=Accept
power-cut n3
hold n2 n1 type=Accept
lead n2 via=n1,n2 ready=no
expect committed n2 <=1
release n2 n1
run 60 among=n1,n2
expect value n1,n2 x 1
boot n3
settle
expect holds
