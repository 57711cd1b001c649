# raft, mutant wiped-voter-votes (museum R28): n2 lost its disk and with it everything it promised.
# A candidate that knows it by the old disk asks for its vote; the new disk has none to give.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
kill n2
boot n2 disk=wiped
partition n1 n2 n3
inject n3 n2 {"type":"RequestVote","term":2,"lastPos":0,"lastTerm":0,"disk":"disk-n2","transfer":false}
expect era n2 0
expect holds
