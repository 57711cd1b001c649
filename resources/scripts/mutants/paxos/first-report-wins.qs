# paxos, mutant first-report-wins: seed 275 of the swarm, minimised.
# P5: two values are chosen: command 0:40 {"op":"put","key":"k1","value":"v129.."} at 1 (ballot 6.n1) and command 0:42 {"op":"put","key":"k1","value":"v133.."} at 1 (ballot 7.n4)

cluster nodes=5 seed=275 election=10 electionMax=20 heartbeat=2 sessions=packets paxos.prePrepare=true paxos.chosenHint=true

tick n1 elapsed=11
deliver from=n1 to=n2 type=PrePrepare nth=1
deliver from=n1 to=n4 type=PrePrepare nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1
deliver from=n4 to=n1 type=PrePrepareResp nth=1
deliver from=n1 to=n2 type=Prepare nth=1
deliver from=n1 to=n5 type=Prepare nth=1
deliver from=n1 to=n3 type=Prepare nth=1
deliver from=n2 to=n1 type=Promise nth=1
deliver from=n3 to=n1 type=Promise nth=1
deliver from=n1 to=n4 type=Heartbeat nth=1
deliver from=n1 to=n2 type=Heartbeat nth=1
tick n2 elapsed=2
tick n1 elapsed=2
tick n4
tick n1 elapsed=7
tick n4
tick n2 elapsed=9
deliver from=n2 to=n3 type=PrePrepare nth=1
deliver from=n2 to=n5 type=PrePrepare nth=1
deliver from=n3 to=n2 type=PrePrepareResp nth=1
deliver from=n5 to=n2 type=PrePrepareResp nth=1
tick n1 elapsed=2
deliver from=n2 to=n5 type=Prepare nth=1
deliver from=n2 to=n3 type=Prepare nth=1
deliver from=n5 to=n2 type=Promise nth=1
deliver from=n3 to=n2 type=Promise nth=1
deliver from=n2 to=n5 type=Heartbeat nth=1
tick n1 elapsed=15
tick n4 elapsed=3
tick n1 elapsed=12
tick n2 elapsed=2
tick n4 elapsed=4
tick n1 elapsed=3
tick n1 elapsed=12
tick n2 elapsed=2
tick n1 elapsed=4
tick n1 elapsed=4
tick n2 elapsed=4
tick n1 elapsed=4
tick n2 elapsed=4
tick n1 elapsed=12
deliver from=n2 to=n1 type=Prepare nth=1
deliver from=n2 to=n1 type=Heartbeat nth=4
tick n1 elapsed=5
tick n4 elapsed=10
tick n1 elapsed=8
deliver from=n1 to=n4 type=PrePrepare nth=9
deliver from=n1 to=n2 type=PrePrepare nth=9
deliver from=n4 to=n1 type=PrePrepareResp nth=1
deliver from=n2 to=n1 type=PrePrepareResp nth=1
deliver from=n1 to=n3 type=Prepare nth=1
deliver from=n1 to=n4 type=Prepare nth=2
deliver from=n3 to=n1 type=Promise nth=1
deliver from=n4 to=n1 type=Promise nth=1
deliver from=n1 to=n4 type=Heartbeat nth=3
deliver from=n1 to=n5 type=Heartbeat nth=4
tick n1 elapsed=3
tick n5 elapsed=14
tick n1 elapsed=6
tick n4 elapsed=2
tick n1 elapsed=2
tick n1 elapsed=3
tick n4 elapsed=4
tick n1 elapsed=10
tick n1 elapsed=7
tick n5 elapsed=4
tick n1 elapsed=11
deliver from=n5 to=n1 type=PrePrepare nth=1
deliver from=n5 to=n2 type=PrePrepare nth=1
deliver from=n2 to=n5 type=PrePrepareResp nth=1
deliver from=n1 to=n5 type=PrePrepareResp nth=1
deliver from=n5 to=n4 type=Prepare nth=1
deliver from=n5 to=n1 type=Prepare nth=1
tick n4 elapsed=9
deliver from=n4 to=n3 type=PrePrepare nth=2
deliver from=n4 to=n1 type=PrePrepare nth=2
deliver from=n3 to=n4 type=PrePrepareResp nth=1
deliver from=n1 to=n4 type=PrePrepareResp nth=1
deliver from=n4 to=n1 type=Prepare nth=1
deliver from=n4 to=n3 type=Prepare nth=1
deliver from=n1 to=n4 type=Promise nth=1
deliver from=n3 to=n4 type=Promise nth=1
deliver from=n4 to=n1 type=Heartbeat nth=1
tick n4 elapsed=9
tick n1 elapsed=7
tick n4
submit c2 n4 put k1 v133.. seq=42 acked=39
tick n4
tick n1 elapsed=5
deliver from=n1 to=n2 type=PrePrepare nth=12
deliver from=n1 to=n3 type=PrePrepare nth=14
deliver from=n2 to=n1 type=PrePrepareResp nth=1
deliver from=n3 to=n1 type=PrePrepareResp nth=1
deliver from=n1 to=n2 type=Prepare nth=2
deliver from=n1 to=n3 type=Prepare nth=1
deliver from=n3 to=n1 type=Promise nth=1
deliver from=n2 to=n1 type=Promise nth=1
tick n4 elapsed=4
submit c2 n1 put k1 v129.. seq=40 acked=39
deliver from=n1 to=n5 type=Accept nth=1
deliver from=n1 to=n3 type=Accept nth=1
tick n1 elapsed=2
tick n4 elapsed=4
tick n3 elapsed=5
tick n4 elapsed=8
tick n3 elapsed=7
tick n1 elapsed=10
deliver from=n4 to=n1 type=PrePrepare nth=2
deliver from=n4 to=n3 type=PrePrepare nth=2
deliver from=n1 to=n4 type=PrePrepareResp nth=1
deliver from=n3 to=n4 type=PrePrepareResp nth=1
deliver from=n4 to=n1 type=Prepare nth=1
deliver from=n4 to=n3 type=Prepare nth=1
deliver from=n3 to=n4 type=Promise nth=1
deliver from=n1 to=n4 type=Promise nth=1
deliver from=n4 to=n3 type=Accept nth=2
deliver from=n4 to=n1 type=Accept nth=2

expect holds
