#!/usr/bin/env bash
# Runs at a shutdown, after kubelet and containerd have stopped: ends programs of pods for which the
# shutdown would wait in vain.
#
# - Programs that do not catch SIGTERM. The kernel does not deliver it to the first process of a PID
#   namespace without a handler (pid_namespaces(7)), so systemd would wait ten seconds and then kill
#   it: one `sleep infinity` is enough. A process with children is left to systemd, because the
#   children may catch the signal.
# - CoreDNS. On SIGTERM it serves for five seconds more (`lameduck 5s` in kubeadm's Corefile), so
#   that the Service can drop the pod first. Without a kubelet the Service does not learn about it.
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
  # Here and at the kill, the process may have ended by itself.
  status=$(cat "/proc/${process[$namespace]}/status" || true)
  caught=$(sed --quiet 's/^SigCgt:\t/0x/p' <<<"$status")
  if ((${caught:-SIGTERM} & SIGTERM)) && [[ $status != Name:$'\t'coredns$'\n'* ]]; then continue; fi
  kill -KILL "${process[$namespace]}" || true
done
