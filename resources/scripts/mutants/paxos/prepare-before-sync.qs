# paxos, mutant prepare-before-sync: seed 0 of the swarm, minimised.
# X7: n1 sends Prepare of ballot 1.n1, promised on disk: 0.

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets paxos.prePrepare=true paxos.chosenHint=true

tick n1 elapsed=33
deliver from=n1 to=n2 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1

expect holds
