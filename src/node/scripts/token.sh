#!/usr/bin/env bash
# On a master of a running cluster: prints a fresh join command; with --masters
# one that brings masters in.
# usage: token.sh [--masters]
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# Says which version the cluster has: kubeadm otherwise asks the internet.
config=(--config=/root/mok/kubeadm-init.yaml)
join=$(kubeadm token create --print-join-command "${config[@]}")
if [[ ${1:-} == --masters ]]; then
  # kubeadm's own words for it; it does not take them together with a file.
  key=$(kubeadm init phase upload-certs --upload-certs "${config[@]}" |
    grep --extended-regexp '^[0-9a-f]{64}$')
  join="${join% } --control-plane --certificate-key $key"
fi
printf '%s\n' "$join"

token=${join##*--token }
wait_for_signature "${token%%.*}"
