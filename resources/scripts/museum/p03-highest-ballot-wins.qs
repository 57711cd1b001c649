# protocols: paxos
# Museum P03, P09: slot 2 has one value accepted by n3 alone in a low ballot and another one chosen in a
# higher ballot. Whoever leads next must take the higher one, whatever answer comes first.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
hold n3 n1,n2
submit c1 n3 put x 1
expect entry n3 2 put x 1
partition n3 n1,n2
drop from=n3
lead n2 via=n1,n2
open c2 n2
flush among=n1,n2
submit c2 n2 put x 2
flush among=n1,n2
expect reply c2 1 ok
kill n2
heal n1 n3
release all all
run 100 among=n1,n3
expect leader any
boot n2
settle
expect value all x 2
expect holds
