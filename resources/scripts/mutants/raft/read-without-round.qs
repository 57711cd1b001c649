# raft, mutant read-without-round (museum R39): n1 is cut off with a client while n2 and n3 go on
# without it. It has to ask a majority before it answers a read, and nobody hears it.

cluster nodes=3 seed=1
lead n1
open c1 n1
flush
submit c1 n1 put x 1
flush
partition n1 n2,n3
lead n2 via=n2,n3
open c2 n2
flush among=n2,n3
submit c2 n2 put x 2
flush among=n2,n3
expect reply c2 1 ok
read c3 n1 index get x
expect reply c3 read1 none
expect holds
