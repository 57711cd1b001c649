# zab, mutant apply-at-boot: seed 0 of the swarm, minimised.
# Z4: n1 delivers 1:1 before any leader does

cluster nodes=1 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets

disk n1 held
complete n1 1
complete n1 1
open c2 n1
kill n1
boot n1

expect holds
