# zab, mutant up-to-date-with-synced-zxid: while n1 is being synchronised, another transaction is
# committed. UpToDate has to tell n1 what is committed now, or it stays behind until the next commit.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n1 n2,n3
run 60
heal
hold n1 n3 type=NewLeaderAck
run 9
submit c1 n3 put x 1
flush
expect reply c1 1 ok
expect applied n1 <=1
release all all
flush
run 3
expect applied n1 2
settle
expect value all x 1
expect holds
