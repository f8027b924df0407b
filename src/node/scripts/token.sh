#!/usr/bin/env bash
# On a master of a running cluster: prints a fresh join command, good for fifteen
# minutes; with --masters one that brings masters in.
# usage: token.sh [--masters]
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# Says which version the cluster has: kubeadm otherwise asks the internet.
config=(--config=/root/mok/kubeadm-init.yaml)
flags=("${config[@]}" --print-join-command)
if [[ ${1:-} == --masters ]]; then
  key=$(kubeadm init phase upload-certs --upload-certs "${config[@]}" | grep --extended-regexp '^[0-9a-f]{64}$')
  flags+=("--certificate-key=$key")
fi
join=$(kubeadm token create "${flags[@]}")
printf '%s\n' "$join"

token=${join##*--token }
wait_for_signature "${token%%.*}"
