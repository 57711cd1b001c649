# Dissertation 6.4.1, protocols.md 1.12: with a lease the leader answers at once; after nine ticks
# without an answer from anybody it asks again.

quiet cluster nodes=3 seed=1 raft.leaseReads=true
quiet tick all 10
quiet lead n1
quiet open c1 n1
quiet flush
quiet tick n1 1
quiet flush
read c1 n1 lease get x
quiet cut n1 n2,n3
quiet tick n1 8
quiet mend n1 n2,n3
read c1 n1 lease get x
flush
expect reply c1 read2 ok
