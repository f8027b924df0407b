#!/usr/bin/env bash
# Run at a shutdown, when kubelet and containerd are down: ends the pods' programs for which
# the rest of the shutdown would wait for nothing.
#
# - Those that do not catch SIGTERM. The kernel does not deliver it to the first process of a
#   PID namespace that has no handler (pid_namespaces(7)), so systemd would ask in vain, wait
#   ten seconds and kill: `sleep infinity` in one pod is enough. What has children is left to
#   systemd, because they may listen.
# - CoreDNS. It catches SIGTERM and serves for five seconds more (`lameduck 5s` in kubeadm's
#   Corefile), so that the Service can drop the pod first. Without a kubelet the Service does
#   not hear of it.
set -euo pipefail

SIGTERM=0x4000 # as a mask of signals

declare -A count process # by PID namespace
while read -r namespace folder; do
  namespace=${namespace//[^0-9]/} # of pid:[4026531836]
  count[$namespace]=$((${count[$namespace]:-0} + 1))
  process[$namespace]=$(basename "$(dirname "$folder")")
done < <(find /proc/[0-9]*/ns/pid -printf '%l %h\n' 2>/dev/null || true) # some are gone by now

for namespace in "${!count[@]}"; do
  if ((count[$namespace] > 1)); then continue; fi
  # Here, and at the kill, it may have ended by itself meanwhile.
  status=$(cat "/proc/${process[$namespace]}/status" || true)
  caught=$(sed --quiet 's/^SigCgt:\t/0x/p' <<<"$status")
  if ((${caught:-SIGTERM} & SIGTERM)) && [[ $status != Name:$'\t'coredns$'\n'* ]]; then continue; fi
  kill -KILL "${process[$namespace]}" || true
done
