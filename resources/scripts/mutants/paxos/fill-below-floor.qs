# protocols: paxos
# Mutant fill-below-floor: n2 has dropped the slots its snapshot covers. A candidate that takes
# "not reported" for "not accepted" proposes in slots where values were chosen (P3, museum P15).

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
submit c1 n3 put x 1
submit c1 n3 put x 2
run 3
compact n2
kill n3
heal
hold n2 n1 type=HeartbeatAck
hold n2 n1 type=LearnResp
hold n2 n1 type=InstallSnapshot
tick n2 10
freeze n2
run 8 among=n1,n2
open c2 n1
run 8 among=n1,n2
thaw n2
release n2 n1
boot n3
settle
expect value all x 2
expect holds
