# protocols: paxos
# Museum P05: both proposers are at round 1. With rounds alone as ballots each would find a quorum for
# its own value; a ballot is a round and its owner, so that one of them is the higher.

cluster nodes=5 seed=1 mode=single-decree roles=n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor
cut n1 n5
cut n2 n3
submit c1 n1 put x 1
submit c2 n2 put x 2
deliver type=Prepare
deliver type=Promise
deliver from=n1 type=Accept
deliver from=n2 type=Accept
flush
heal
run 200
expect committed n1,n2 1
expect holds
