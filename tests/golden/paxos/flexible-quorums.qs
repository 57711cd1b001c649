# protocols: paxos
# Of four voters three elect and two choose: with n1 in front, one other is enough.
cluster nodes=4 seed=1 q1=3 q2=2
quiet lead n1
quiet open c1 n1
quiet flush
partition n1,n2 n3,n4
submit c1 n1 put x 1
flush
expect reply c1 1 ok
quiet run 60
expect leader n1
kill n1
quiet run 60
expect no leader
quiet heal
quiet settle
expect value n2,n3,n4 x 1
expect holds
