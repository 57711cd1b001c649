# A follower comes back behind the floor of the leader's log (protocols.md 3.6): it gets the snapshot in
# chunks, then the entries behind it, then NewLeader. What it installs is on disk before it says so.

cluster nodes=3 seed=1
quiet lead n3
open c1 n3
quiet flush
kill n1
submit c1 n3 put x 1 count=3
quiet flush
snapshot n3 retain=0
submit c1 n3 put y 1
quiet flush
boot n1
flush
show log n1
show state n1
expect snapshot n1 4
expect value n1 y 1
