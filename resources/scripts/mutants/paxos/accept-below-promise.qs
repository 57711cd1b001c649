# paxos, mutant accept-below-promise: seed 8 of the swarm, minimised.
# P1: n1 accepts slot 1 in ballot 6.n5 after ballot 7.n1

cluster nodes=6 seed=8 election=10 electionMax=20 heartbeat=3 sessions=packets paxos.prePrepare=false paxos.chosenHint=false

tick n2 elapsed=13
deliver from=n2 to=n1 type=Prepare nth=1
deliver from=n2 to=n6 type=Prepare nth=1
deliver from=n1 to=n2 type=Promise nth=1
deliver from=n2 to=n4 type=Prepare nth=1
deliver from=n2 to=n3 type=Prepare nth=1
deliver from=n2 to=n5 type=Prepare nth=1
deliver from=n6 to=n2 type=Promise nth=1
deliver from=n3 to=n2 type=Promise nth=1
deliver from=n2 to=n4 type=Heartbeat nth=1
tick n1 elapsed=3
deliver from=n2 to=n3 type=Heartbeat nth=1
tick n4 elapsed=4
tick n2
tick n3 elapsed=4
tick n1 elapsed=9
tick n4 elapsed=7
tick n3 elapsed=6
deliver from=n4 to=n3 type=Prepare nth=1
submit c4 n2 put k10 v11... seq=2 acked=1
tick n1 elapsed=3
deliver from=n4 to=n1 type=Prepare nth=1
tick n3 elapsed=2
tick n6 elapsed=3
tick n3 elapsed=7
tick n6 elapsed=8
deliver from=n6 to=n5 type=Prepare nth=1
tick n2 elapsed=10
deliver from=n6 to=n2 type=Prepare nth=1
tick n3 elapsed=5
deliver from=n3 to=n1 type=Prepare nth=1
deliver from=n3 to=n4 type=Prepare nth=1
deliver from=n1 to=n3 type=Promise nth=1
deliver from=n4 to=n3 type=Promise nth=1
tick n3 elapsed=6
tick n2 elapsed=7
tick n1 elapsed=6
tick n3 elapsed=6
tick n1 elapsed=6
tick n2 elapsed=9
deliver from=n1 to=n2 type=Prepare nth=2
tick n3 elapsed=5
deliver from=n2 to=n1 type=Promise nth=1
deliver from=n3 to=n1 type=Prepare nth=1
deliver from=n1 to=n3 type=Promise nth=1
tick n2 elapsed=5
tick n3 elapsed=2
tick n2 elapsed=6
tick n3 elapsed=10
deliver from=n3 to=n4 type=Prepare nth=2
deliver from=n3 to=n1 type=Prepare nth=1
tick n2 elapsed=5
deliver from=n3 to=n2 type=Prepare nth=5
deliver from=n1 to=n3 type=Promise nth=1
deliver from=n2 to=n3 type=Promise nth=1
deliver from=n4 to=n3 type=Promise nth=1
deliver from=n3 to=n2 type=Heartbeat nth=1
tick n2 elapsed=4
deliver from=n3 to=n5 type=Heartbeat nth=1
deliver from=n3 to=n1 type=Heartbeat nth=1
kill n3
tick n2 elapsed=10
tick n5 elapsed=7
tick n1 elapsed=9
deliver from=n2 to=n1 type=Prepare nth=3
tick n1 elapsed=4
tick n5 elapsed=6
boot n3
deliver from=n5 to=n3 type=Prepare nth=1
deliver from=n3 to=n5 type=Promise nth=1
tick n1 elapsed=5
deliver from=n5 to=n2 type=Prepare nth=1
deliver from=n5 to=n6 type=Prepare nth=1
deliver from=n6 to=n5 type=Promise nth=1
deliver from=n2 to=n5 type=Promise nth=1
deliver from=n5 to=n1 type=Accept nth=1

expect holds
