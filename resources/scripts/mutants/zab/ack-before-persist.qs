# zab, mutant ack-before-persist: seed 0 of the swarm, minimised.
# X7: n1 sends {"type":"NewLeaderAck","epoch":1,"lastZxid":{"epoch":0,"counter":0}} before it is durable; on disk: currentEpoch 0

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

expect holds
