# zab, mutant truncate-in-memory (museum Z09, ZOOKEEPER-2845): n3 logs five transactions alone, is
# deposed, and joins the new leader, who has fewer. The cut has to reach the disk, or the old tail is
# back after a restart.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
partition n3 n1,n2
submit c1 n3 put x 1 count=5
expect length n3 6
run 120
open c2 n1
open c2 n2
run 3
heal
settle
expect length n3 <=4
kill n3
boot n3
expect length n3 <=4
settle
expect value all x none
expect holds
