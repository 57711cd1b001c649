# paxos, mutant forget-promise: seed 0 of the swarm, minimised.
# X6: n2 promised 2.n2, then 1.n2

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets paxos.prePrepare=true paxos.chosenHint=true

tick n1
tick n2
tick n1
tick n2
tick n1 elapsed=2
tick n2 elapsed=2
tick n1
tick n2
tick n1 elapsed=2
tick n2
tick n1
tick n2
tick n1
tick n2 elapsed=2
tick n1 elapsed=2
tick n2
tick n1 elapsed=3
tick n2
tick n1
tick n2
tick n1 elapsed=2
tick n2
tick n1 elapsed=2
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1 elapsed=5
tick n2
tick n1
tick n2
tick n1 elapsed=2
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1
deliver from=n1 to=n2 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1
tick n2
deliver from=n2 to=n1 type=PrePrepare nth=1
deliver from=n1 to=n2 type=PrePrepareResp nth=1
power-cut n1
power-cut n2
boot n1
boot n2
tick n2 elapsed=28
deliver from=n2 to=n1 type=PrePrepare nth=1
deliver from=n1 to=n2 type=PrePrepareResp nth=1

expect holds
