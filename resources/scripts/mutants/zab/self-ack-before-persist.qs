# zab, mutant self-ack-before-persist: seed 3 of the swarm, minimised.
# X3: session-open null at 1 is committed and on the disk of n2, n3 only when n5 commits it

cluster nodes=5 seed=3 election=15 electionMax=30 heartbeat=3 sessions=packets zab.maxEntriesPerMessage=8 zab.maxInflight=4

disk n5 held
tick n2 elapsed=3
tick n3 elapsed=3
tick n4 elapsed=3
deliver from=n2 to=n4 type=syn nth=1
deliver from=n2 to=n3 type=syn nth=1
deliver from=n2 to=n5 type=syn nth=1
tick n1 elapsed=3
deliver from=n4 to=n2 type=ack nth=1
deliver from=n3 to=n5 type=syn nth=1
deliver from=n4 to=n5 type=syn nth=1
deliver from=n5 to=n2 type=ack nth=1
deliver from=n1 to=n4 type=syn nth=1
deliver from=n3 to=n4 type=syn nth=1
deliver from=n1 to=n5 type=syn nth=1
deliver from=n3 to=n2 type=ack nth=1
deliver from=n4 to=n3 type=ack nth=1
deliver from=n2 to=n4 type=Notification nth=1
deliver from=n4 to=n1 type=ack nth=1
deliver from=n2 to=n5 type=Notification nth=1
deliver from=n5 to=n3 type=ack nth=1
deliver from=n5 to=n4 type=ack nth=1
deliver from=n2 to=n3 type=Notification nth=1
deliver from=n5 to=n1 type=ack nth=1
deliver from=n3 to=n5 type=Notification nth=1
deliver from=n4 to=n2 type=Notification nth=1
deliver from=n4 to=n2 type=Notification nth=1
deliver from=n3 to=n4 type=Notification nth=1
deliver from=n5 to=n2 type=Notification nth=1
deliver from=n5 to=n2 type=Notification nth=1
deliver from=n4 to=n5 type=Notification nth=1
deliver from=n1 to=n5 type=Notification nth=1
deliver from=n1 to=n4 type=Notification nth=1
deliver from=n2 to=n4 type=Notification nth=1
deliver from=n2 to=n3 type=Notification nth=1
deliver from=n5 to=n1 type=Notification nth=1
deliver from=n2 to=n3 type=Notification nth=1
deliver from=n5 to=n3 type=Notification nth=1
deliver from=n5 to=n3 type=Notification nth=1
deliver from=n3 to=n4 type=Notification nth=1
deliver from=n5 to=n4 type=Notification nth=1
deliver from=n2 to=n4 type=Notification nth=1
deliver from=n5 to=n4 type=Notification nth=1
deliver from=n2 to=n5 type=Notification nth=1
deliver from=n2 to=n5 type=Notification nth=1
deliver from=n3 to=n5 type=Notification nth=1
deliver from=n1 to=n5 type=Notification nth=1
deliver from=n4 to=n2 type=Notification nth=1
deliver from=n3 to=n4 type=Notification nth=1
deliver from=n1 to=n4 type=Notification nth=1
deliver from=n4 to=n5 type=Notification nth=1
deliver from=n3 to=n5 type=Notification nth=1
deliver from=n3 to=n5 type=Notification nth=1
deliver from=n5 to=n3 type=Notification nth=1
deliver from=n3 to=n5 type=FollowerInfo nth=1
deliver from=n4 to=n5 type=FollowerInfo nth=1
tick n2
complete n5 1
deliver from=n5 to=n4 type=LeaderInfo nth=1
deliver from=n5 to=n3 type=LeaderInfo nth=1
tick n2
deliver from=n2 to=n5 type=FollowerInfo nth=1
deliver from=n5 to=n2 type=LeaderInfo nth=1
deliver from=n4 to=n5 type=AckEpoch nth=1
deliver from=n3 to=n5 type=AckEpoch nth=1
deliver from=n5 to=n3 type=Diff nth=1
deliver from=n5 to=n3 type=NewLeader nth=1
deliver from=n2 to=n5 type=AckEpoch nth=1
complete n5 1
deliver from=n5 to=n2 type=Diff nth=1
deliver from=n5 to=n2 type=NewLeader nth=1
deliver from=n3 to=n5 type=NewLeaderAck nth=1
deliver from=n2 to=n5 type=NewLeaderAck nth=1
open c1 n5
deliver from=n5 to=n3 type=UpToDate nth=1
deliver from=n5 to=n2 type=UpToDate nth=1
deliver from=n5 to=n2 type=Proposal nth=1
deliver from=n3 to=n5 type=Ack nth=1
deliver from=n5 to=n3 type=Proposal nth=1
deliver from=n2 to=n5 type=Ack nth=1
deliver from=n2 to=n5 type=Ack nth=1
deliver from=n3 to=n5 type=Ack nth=1

expect holds
