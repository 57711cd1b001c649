# protocols: paxos
# Museum P07: acceptor n3 accepts a value in ballot 2.n2 without having promised that ballot. Accepting
# is promising: when the late Accept of the lower ballot 1.n1 arrives, it must be refused.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
# n1 proposes x in slot 2; its Accept to n3 is delayed.
hold n1 n2,n3
submit c1 n1 put x 1
# n2 prepares a later ballot with itself and n1 cut off; n3 promises... and the same slot gets another value.
partition n1 n2,n3
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put y 2
flush among=n2,n3
expect reply c2 1 ok
# n3 hears the old Accept now.
heal
release n1 n3
deliver from=n1 to=n3 type=Accept
settle
expect value all y 2
expect value all x none
expect holds
