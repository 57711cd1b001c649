# zab, mutant promise-before-persist: n1 promises an epoch, and the power goes before that is on its disk.
# Nobody may have heard of the promise.

cluster nodes=3 seed=1
disk n1 held
run 3
power-cut n1 keep-record=0 keep-log=0
boot n1 disk=instant
settle
expect holds
