# zab, mutant epoch-before-history: seed 0 of the swarm, minimised.
# Z8: n1 is at epoch 2 without session-open null at 1 of its initial history

cluster nodes=2 seed=0 election=20 electionMax=40 heartbeat=3 sessions=packets

tick n1
deliver from=n1 to=n2 type=syn nth=1
deliver from=n2 to=n1 type=ack nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n2 to=n1 type=Notification nth=1
deliver from=n2 to=n1 type=Notification nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n1 to=n2 type=FollowerInfo nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n2 to=n1 type=LeaderInfo nth=1
deliver from=n1 to=n2 type=AckEpoch nth=1
deliver from=n2 to=n1 type=Diff nth=1
deliver from=n2 to=n1 type=NewLeader nth=1
deliver from=n1 to=n2 type=NewLeaderAck nth=1
open c1 n2
kill n1
boot n1
tick n1 elapsed=6
deliver from=n1 to=n2 type=syn nth=1
deliver from=n2 to=n1 type=ack nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n2 to=n1 type=Notification nth=1
deliver from=n2 to=n1 type=Notification nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n1 to=n2 type=FollowerInfo nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n2 to=n1 type=Notification nth=1
deliver from=n1 to=n2 type=Notification nth=1
deliver from=n2 to=n1 type=LeaderInfo nth=1
deliver from=n1 to=n2 type=AckEpoch nth=1

expect holds
