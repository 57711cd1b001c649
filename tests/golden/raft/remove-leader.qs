# Dissertation 4.2.2, protocols.md 1.9.5: the leader is removed. It leads until the others have that
# entry, does not count itself for it, and then asks the best of them to go on.

quiet cluster nodes=3 seed=1
quiet lead n1
quiet flush
remove n1
deliver from=n1
deliver to=n1
flush
expect leader n2
show config
