# paxos, mutant blind-takeover: seed 0 of the swarm, minimised.
# P3: n2 proposes noop null at 1 in ballot 2.n2; chosen is session-open null at 1

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
tick n2
tick n1 elapsed=2
tick n2
tick n1
tick n2
tick n1 elapsed=3
tick n2
tick n1 elapsed=2
tick n2
tick n1 elapsed=2
tick n2
tick n1 elapsed=2
tick n2
tick n1
tick n2 elapsed=2
tick n1 elapsed=2
tick n2
tick n1
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
tick n1 elapsed=2
deliver from=n1 to=n2 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1
deliver from=n1 to=n2 type=Prepare nth=1
deliver from=n2 to=n1 type=Promise nth=1
open c2 n1
deliver from=n1 to=n2 type=Accept nth=1
tick n2 elapsed=2
tick n1 elapsed=15
tick n2 elapsed=16
tick n1 elapsed=6
tick n2 elapsed=8
deliver from=n2 to=n1 type=PrePrepare nth=2
deliver from=n1 to=n2 type=PrePrepareResp nth=1
deliver from=n2 to=n1 type=Prepare nth=1
deliver from=n1 to=n2 type=Promise nth=1

expect holds
