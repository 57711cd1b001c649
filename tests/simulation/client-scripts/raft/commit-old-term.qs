# Figure 8 of the Raft paper: x of term 1 stands on n1, n2 and n3 in term 3. Who reads at n1 then
# sees it; n5 overwrites it in term 4.

cluster nodes=5 seed=1 raft.maxEntriesPerMessage=1
lead n1
open c1 n1
open c2 n1
flush
hold n1 n3,n4,n5
submit c1 n1 put x 1
flush among=n1,n2
power-cut n1
drop from=n1
hold n5 all type=AppendEntries
lead n5 via=n3,n4,n5 ready=no
power-cut n5
drop from=n5
release all all
boot n1
hold n1 n3 type=AppendEntries
lead n1 via=n1,n2,n3 ready=no
release n1 n3
deliver from=n1 to=n3 type=AppendEntries count=1
deliver from=n3 to=n1 type=AppendEntriesResp count=1
deliver from=n1 to=n3 type=AppendEntries count=1
deliver from=n3 to=n1 type=AppendEntriesResp count=1
read c3 n1 local get x
power-cut n1
drop from=n1
boot n5
lead n5 via=n3,n4,n5
submit c2 n5 put x 2
flush
