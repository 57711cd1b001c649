# zab, mutant serve-before-sync: n3 is elected and has not heard yet that a quorum holds its history. It
# must not deliver anything before.

cluster nodes=3 seed=1
lead n3
open c1 n3
flush
hold n3 n1,n2
submit c1 n3 put x 1
expect entry n3 3 nothing
expect entry n3 2 put x 1
kill n3
drop from=n3
release all all
boot n3
hold n3 n1,n2 type=Proposal
run 60
expect committed n3 <=1
settle
expect holds
