# protocols: raft
# Raft figure 8 (section 5.4.2), museum R01: an entry of an older term on a majority is not yet
# committed. The leader of term 3 copies x of term 1 to a majority; it must not count that, because
# the leader of term 4 may still overwrite x. Switch off with --mutant commit-old-term.

cluster nodes=5 seed=1 raft.maxEntriesPerMessage=1
lead n1
open c1 n1
flush
expect reply c1 open ok

# (a) n1 leads term 1 and puts x at position 3, on n1 and n2 only.
hold n1 n3,n4,n5
submit c1 n1 put x 1
flush among=n1,n2
expect entry n1,n2 3 put x 1
expect entry n3,n4,n5 3 nothing
power-cut n1

# (b) n5 is elected in term 2 by n3, n4 and itself; its own entry at position 3 reaches nobody.
drop from=n1
hold n5 all type=AppendEntries
lead n5 via=n3,n4,n5 ready=no
expect era n5 2
expect entry n5 3 noop
power-cut n5
drop from=n5

# (c) n1 is back and elected in term 3 by n2 and n3. It copies x to n3: a majority holds x now.
release all all
boot n1
hold n1 n3 type=AppendEntries
lead n1 via=n1,n2,n3 ready=no
expect era n1 3
expect entry n1,n2 4 noop
release n1 n3
deliver from=n1 to=n3 type=AppendEntries count=1
deliver from=n3 to=n1 type=AppendEntriesResp count=1
deliver from=n1 to=n3 type=AppendEntries count=1
deliver from=n3 to=n1 type=AppendEntriesResp count=1
expect entry n1,n2,n3 3 put x 1
expect committed n1 <=2
show state
show quorums

# (d) n1 fails again; n5 has the last term of n3 and n4, wins term 4, and overwrites x.
power-cut n1
drop from=n1
boot n5
lead n5 via=n3,n4,n5
expect entry n3,n4,n5 3 noop
boot n1
settle
expect entry all 3 noop
expect reply c1 1 none
expect value all x none
expect holds
