# protocols: paxos
# Mutant lease-too-long: the answers to a heartbeat arrive late at n3. A lease counts from when the
# round was sent; trusted for as long as n3 believes to lead, it outlives what n1 and n2 granted, and
# the write of n1 is missed (museum P18).

cluster nodes=3 seed=1 election=10 leaseReads=true
run 10
lead n3
open c1 n3
run 2
hold n1,n2 n3 type=HeartbeatAck
tick n3
deliver from=n3 type=Heartbeat
cut n3 n1,n2
tick n3 8
tick n1,n2 10
release n1,n2 n3
deliver to=n3 type=HeartbeatAck
lead n1 via=n1,n2
open c2 n1
flush among=n1,n2
submit c2 n1 put x 1
flush among=n1,n2
expect reply c2 1 ok
read c1 n3 lease get x
expect reply c1 read none
settle
expect holds
