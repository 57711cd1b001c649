# Raft 7, protocols.md 1.8: n3 missed what n1 has compacted. It gets the image in chunks while
# heartbeats go on, and the entries behind it as usual.

quiet cluster nodes=3 seed=1
quiet lead n1
quiet open c1 n1
quiet flush
quiet hold n1 n3
quiet submit c1 n1 put a 1
quiet submit c1 n1 put b 2
quiet flush among=n1,n2
snapshot n1 retain=0
quiet drop from=n1 to=n3
quiet release n1 n3
quiet submit c1 n1 put c 3
run 1
flush
show state n3
expect value n3 c 3
expect snapshot n3 4
