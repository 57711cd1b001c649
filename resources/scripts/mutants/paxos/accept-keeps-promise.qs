# paxos, mutant accept-keeps-promise (museum P07): n3 promised 1.n1 and then accepts y in 1.n2, which it
# never promised. Accepting is promising: when n1's old Accept of x for the same slot arrives, it must be
# refused, for y is chosen.

cluster nodes=3 seed=1
lead n1 via=n1,n3
# n1 proposes x; its own copy does not reach its disk, its message to n3 is late.
disk n1 held
hold n1 n2,n3
submit c1 n1 put x 1 session=9
power-cut n1
boot n1 disk=instant
# n2 leads with n1's promise, and gets y accepted by n3.
drop from=n1 to=n2
release n1 n2
lead n2 via=n1,n2
hold n2 n1
submit c2 n2 put y 2 session=8
deliver from=n2 to=n3 type=Accept
deliver from=n3 to=n2 type=Accepted
expect entry n2,n3 1 put y 2
expect committed n2 1
release n1 n3
deliver from=n1 to=n3 type=Accept
expect entry n3 1 put y 2
settle
expect holds
