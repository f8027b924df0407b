#!/usr/bin/env bash
# Runs before the kubelet: reserves what the machine has beyond this node's limits. Otherwise the
# kubelet would offer the whole machine to pods.
# usage: limits.sh MILLICPUS BYTES: 0 for no limit
set -euo pipefail

read -r _ kib _ </proc/meminfo
cpu=$(($(getconf _NPROCESSORS_ONLN) * 1000 - $1)) memory=$((kib * 1024 - $2))
reserved=()
if (($1 > 0 && cpu > 0)); then reserved+=("cpu: ${cpu}m"); fi
if (($2 > 0 && memory > 0)); then reserved+=("memory: \"$memory\""); fi
mkdir -p /etc/mok/kubelet.d
{
  echo 'apiVersion: kubelet.config.k8s.io/v1beta1'
  echo 'kind: KubeletConfiguration'
  echo 'systemReserved:'
  printf '  %s\n' "${reserved[@]}"
} >/etc/mok/kubelet.d/mok-limits.conf
