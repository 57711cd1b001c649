# raft, mutant forget-config-on-truncate (museum R14): n1 adds n4, but nobody else gets the entry. It
# is truncated by the next leader, and with it the configuration that n1 goes by.

cluster nodes=3 spares=1 seed=1
boot n4
lead n1
partition n1 n2,n3,n4
add n4 at=n1
expect config n1 voters=n1,n2,n3,n4
lead n2 via=n2,n3
heal
run 30
expect config n1 voters=n1,n2,n3
expect holds
