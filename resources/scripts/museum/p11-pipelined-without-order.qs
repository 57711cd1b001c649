# protocols: paxos
# Museum P11: n1 proposes A in slot 2 and B, which builds on it, in slot 3; nobody else hears of either.
# n2 proposes C in slot 2. n3 hears of all three: C has the higher ballot in slot 2, B is alone in slot
# 3, so B is chosen without A. That is Paxos; a service that needs the order has to refuse the gap.

cluster nodes=5 seed=1
lead n1
open c1 n1
run 2
cut n1 n2,n3,n4,n5
submit c1 n1 put a 1 seq=1
submit c1 n1 put b 1 seq=2
kill n1
lead n2 via=n2,n4,n5
cut n2 n1,n3,n4,n5
open c2 n2
kill n2
kill n4
kill n5
heal
boot n1
boot n2
lead n3 via=n1,n2,n3
expect entry n3 2 session-open
expect entry n3 3 put b 1
boot n4
boot n5
settle
expect value all a none
expect value all b 1
expect holds
