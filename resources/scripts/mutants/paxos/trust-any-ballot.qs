# paxos, mutant trust-any-ballot: seed 1 of the swarm, minimised.
# X2: n2 commits command 0:15 {"op":"delete","key":"k1"} at 1; committed before: command 0:15 {"op":"delete","key":"k1"} at 1

cluster nodes=5 seed=1 election=15 electionMax=30 heartbeat=2 sessions=packets paxos.maxEntriesPerMessage=1 paxos.maxInflight=4 paxos.window=2 paxos.prePrepare=true paxos.chosenHint=false

tick n2 elapsed=16
deliver from=n2 to=n5 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepare nth=1
deliver from=n5 to=n2 type=PrePrepareResp nth=1
deliver from=n1 to=n2 type=PrePrepareResp nth=1
deliver from=n2 to=n3 type=Prepare nth=1
deliver from=n2 to=n5 type=Prepare nth=1
deliver from=n3 to=n2 type=Promise nth=1
deliver from=n5 to=n2 type=Promise nth=1
deliver from=n2 to=n5 type=Heartbeat nth=1
tick n5 elapsed=11
submit c1 n2 delete k1 seq=15 acked=14
tick n5 elapsed=8
deliver from=n5 to=n3 type=PrePrepare nth=1
deliver from=n5 to=n1 type=PrePrepare nth=1
deliver from=n3 to=n5 type=PrePrepareResp nth=1
deliver from=n1 to=n5 type=PrePrepareResp nth=1
deliver from=n5 to=n1 type=Prepare nth=1
deliver from=n5 to=n3 type=Prepare nth=1
deliver from=n3 to=n5 type=Promise nth=1
deliver from=n1 to=n5 type=Promise nth=1
tick n5
submit c1 n5 delete k1 seq=15 acked=14
deliver from=n5 to=n1 type=Accept nth=1
deliver from=n5 to=n3 type=Accept nth=1
deliver from=n3 to=n5 type=Accepted nth=1
deliver from=n1 to=n5 type=Accepted nth=1
tick n5 elapsed=2
deliver from=n5 to=n2 type=Heartbeat nth=2

expect holds
