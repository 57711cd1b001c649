# protocols: paxos
# Museum P17: five voters, four for an election, two to choose. With a leader, three may be cut off
# and it goes on for the moment; without one, two down are too many. Sizes that need not meet are
# refused before anything starts.

cluster nodes=5 seed=1 q1=4 q2=2
lead n1
open c1 n1
flush
cut n1 n3,n4,n5 both
submit c1 n1 put x 1
flush
expect reply c1 1 ok
kill n1
kill n2
heal
run 60
expect no leader
boot n1
run 60
expect leader one
settle
expect value n1,n3,n4,n5 x 1
expect holds
