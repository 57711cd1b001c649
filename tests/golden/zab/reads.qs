# Reads (protocols.md 3.11): local at once from what this server has, sync behind everything the leader had
# proposed, neither at a server that is not connected to a quorum.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
hold n3 n1 type=Commit
submit c1 n3 put x 1
quiet flush among=n2,n3
quiet deliver
quiet flush among=n2,n3
read c1 n1 local get x
read c1 n1 sync get x
deliver
release all all
flush
expect reply c1 read ok 1
kill n2,n3
read c1 n1 local get x
expect reply c1 read refused no-leader
