# paxos, mutant reported-means-chosen: seed 0 of the swarm, minimised.
# P4: n2 takes session-open null at 1 for chosen without a quorum of votes

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets paxos.prePrepare=true paxos.chosenHint=true

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
tick n1
tick n2 elapsed=2
tick n1 elapsed=2
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
tick n1 elapsed=3
tick n2 elapsed=2
tick n1 elapsed=2
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
tick n2
tick n1 elapsed=3
tick n2
tick n1 elapsed=2
deliver from=n1 to=n2 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1
deliver from=n1 to=n2 type=Prepare nth=1
deliver from=n2 to=n1 type=Promise nth=1
tick n2
tick n1
open c1 n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1 elapsed=2
tick n2 elapsed=2
tick n1 elapsed=4
tick n2 elapsed=4
tick n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1
tick n2
tick n1 elapsed=2
tick n2 elapsed=2
tick n1
tick n2
tick n1
tick n2 elapsed=3
tick n1 elapsed=2
tick n2 elapsed=6
deliver from=n2 to=n1 type=PrePrepare nth=2
deliver from=n1 to=n2 type=PrePrepareResp nth=1
deliver from=n2 to=n1 type=Prepare nth=1
deliver from=n1 to=n2 type=Promise nth=1

expect holds
