# protocols: paxos
# Museum P01: acceptor n2 promises ballot 1.n3, then 2.n1, and loses power. After its restart it must
# still refuse what the lower ballot asks, or two values are chosen in one slot.

cluster nodes=3 seed=1 paxos.prePrepare=false
tick n3 21
deliver from=n3 to=n2 type=Prepare
deliver from=n2 to=n3
tick n1 21
deliver from=n1 to=n2 type=Prepare
power-cut n2
boot n2
flush among=n2,n3
settle
open c1 n1
open c1 n2
open c1 n3
flush
expect holds
