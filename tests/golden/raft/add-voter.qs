# Dissertation 4.1: a voter is added in one step. The new configuration counts from where it is
# appended: three of four are needed for the entry itself.

quiet cluster nodes=3 spares=1 seed=1
boot n4
quiet lead n1
quiet flush
add n4
deliver from=n1
deliver to=n1
flush
expect reply operator add ok
show config
