# paxos, mutant narrow-phase-1: seed 10 of the swarm, minimised.
# P3: n1 proposes noop null at 1 in ballot 2.n1; chosen is session-open null at 1
# Drawn by the seed: nodes 3, election 10 heartbeat 3, link 50..100 us, loss 0.02 duplicate 0.01, disk 125..500 us, drift 0.01, clients 3 window 2, faults power-cut power-cut-all partition lossy disk-failure every 3000 ms, reads log index quorum local, options {"prePrepare":true,"chosenHint":false}.

cluster nodes=3 seed=10 election=10 electionMax=20 heartbeat=3 sessions=packets paxos.prePrepare=true paxos.chosenHint=false

tick n3 elapsed=19
open c2 n3
deliver from=n3 to=n2 type=Accept nth=1
open c3 n3
deliver from=n3 to=n1 type=Accept nth=2
tick n1 elapsed=13

expect holds
