# protocols: raft
# Museum R27: from three voters to five. While the change is under way neither the old majority nor
# the new one may decide alone: n1 and n2 elect nobody, nor do n3, n4 and n5 commit.

cluster nodes=3 spares=2 seed=1
boot n4,n5
lead n3
flush
partition n1,n2 n3,n4,n5
reconfigure n1,n2,n3,n4,n5 at=n3
expect config n3 voters=n1,n2,n3,n4,n5 old=n1,n2,n3
flush among=n3,n4,n5
expect committed n3 1
expect reply operator reconfigure none
lead n1 via=n1,n2
heal
run 60
expect holds
settle
expect holds
