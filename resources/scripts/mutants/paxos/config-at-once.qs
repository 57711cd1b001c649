# paxos, mutant config-at-once: seed 0 of the swarm, minimised.
# P4: n2 takes command 0:6 {"op":"delete","key":"k2"} at 2 for chosen without a quorum of votes
# Drawn by the seed: nodes 2 and 2 spares, election 20 heartbeat 3, link 200..800 us, loss 0.02 duplicate 0.1, disk 750..3000 us, drift 0.05, clients 2 window 1, faults power-cut-all pause partition isolate one-way slow-link lossy disk-failure every 600 ms, operator add remove reconfigure replace transfer every 800 ms, reads log index quorum lease local, options {"prePrepare":true,"chosenHint":true,"leaseReads":true,"window":4}.

cluster nodes=2 spares=1 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets paxos.prePrepare=true paxos.chosenHint=true paxos.leaseReads=true paxos.window=4

tick n2 elapsed=23
tick n1 elapsed=22
deliver from=n2 to=n1 type=PrePrepare nth=1
deliver from=n1 to=n2 type=PrePrepareResp nth=1
deliver from=n2 to=n1 type=Prepare nth=1
deliver from=n1 to=n2 type=Promise nth=1
boot n3
add n3 voter at=n2
deliver from=n2 to=n1 type=Accept nth=1
deliver from=n1 to=n2 type=Accepted nth=1
submit c1 n2 delete k2 seq=6 acked=5
deliver from=n2 to=n3 type=Accept nth=1
deliver from=n3 to=n2 type=Accepted nth=1

expect holds
