# zab, mutant no-leader-check: the leader lost power and its followers have not noticed. A server that
# restarts hears from all of them who leads, and nothing from the leader itself: it must go on looking.

cluster nodes=5 seed=1
lead n5
power-cut n5
kill n1
boot n1
run 4 among=n1,n2,n3,n4
expect role n1 looking
run 120
expect leader any
boot n5
settle
expect holds
