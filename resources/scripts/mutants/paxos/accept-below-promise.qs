# paxos, mutant accept-below-promise: an Accept that was late finds a higher promise (Paxos Made
# Simple 2.2, P1a) and has to be refused. With the mutant n3 accepts in a ballot below its promise.

cluster nodes=3 seed=1
lead n1
hold n1 n3 type=Accept
submit c1 n1 put x 1 session=9
lead n2 via=n2,n3
release n1 n3
deliver from=n1 to=n3 type=Accept
expect holds
