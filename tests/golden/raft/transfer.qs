# Dissertation 3.10, protocols.md 1.10: leadership is handed to n3, which lags. It gets what it lacks
# first; its campaign asks for no pre-votes, and voters do not wait for n1 to be silent.

quiet cluster nodes=3 seed=1
quiet lead n1
quiet open c1 n1
quiet flush
quiet hold n1 n3
quiet submit c1 n1 put x 1
quiet flush among=n1,n2
transfer n3
submit c1 n1 put y 1
release n1 n3
flush
expect leader n3
expect reply operator transfer ok
