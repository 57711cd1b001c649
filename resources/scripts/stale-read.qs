# A leader that lost its quorum does not know it yet. What it reads from its own state is stale and
# says so; a linearizable read is not answered until a quorum confirms that it still leads.
# protocols: raft, paxos

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet run 10
submit c1 n3 put x old
quiet run 10
read c1 n3 index get x
flush
expect reply c1 read ok old

# The others go on without it.
quiet partition n1,n2 n3
quiet lead n2 via=n1,n2
open c2 n2
quiet flush among=n1,n2
submit c2 n2 put x new
quiet flush among=n1,n2
expect reply c2 1 ok
expect leader n3

read c1 n3 local get x
expect reply c1 read ok old
read c1 n3 index get x
expect reply c1 read none

# The client has seen the new value elsewhere: nothing older is good enough.
read c2 n3 local get x minPos=4
expect reply c2 read none

quiet settle
expect reply c2 read ok new
read c2 n2 index get x
quiet run 5
expect reply c2 read ok new
expect holds
