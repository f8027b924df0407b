#!/usr/bin/env bash
# On a master, after others have joined: an API server of Kubernetes 1.20 that saw
# etcd without a leader may have lost watches without ending them, and whoever
# watches there (the controllers, say) hears nothing any more. It is started anew,
# and everybody comes back. (Measured: without, in four of nine clusters that were
# made under load no Service ever got endpoints.)
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# The log of the API server that runs is the newest.
has_seen_no_leader() {
  local log newest=
  for log in /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log; do
    if [[ $log -nt $newest ]]; then newest=$log; fi
  done
  grep --quiet 'etcdserver: no leader' "$newest"
}

is_gone() { [[ ! -d /proc/$1 ]]; }
answers() { admin --server=https://127.0.0.1:6443 get --raw=/readyz; }

has_seen_no_leader || exit 0
old=$(pgrep --exact kube-apiserver)
# Asked to end, it waits a minute for its watches; it has nothing to lose.
kill -KILL "$old"
# The kubelet starts the next one.
wait_until 60 "the end of the API server" is_gone "$old"
wait_until 240 "the API server" answers
