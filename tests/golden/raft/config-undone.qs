# Protocols.md 1.9, museum R14: n1 appends a configuration that nobody else gets. When the next leader
# cuts that entry, n1 goes by the configuration before.

quiet cluster nodes=3 spares=1 seed=1
quiet boot n4
quiet lead n1
quiet flush
quiet partition n1 n2,n3,n4
add n4 at=n1
show config n1
quiet lead n2 via=n2,n3
quiet heal
quiet drop from=n1
run 3
show config n1
expect config n1 voters=n1,n2,n3
