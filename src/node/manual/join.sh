#!/usr/bin/env bash
# This node's setup, left to you. Takes the join command as kubeadm prints it on a
# master, fills kubeadm's configuration for this node with it, and joins: see
# /root/mok/join.sh.
# usage: setup.sh kubeadm join ADDRESS:PORT --token TOKEN
#   --discovery-token-ca-cert-hash HASH [--control-plane --certificate-key KEY]
set -euo pipefail

config=$(</root/mok/kubeadm-join.template.yaml)
while (($# > 1)); do
  case $1 in
    --token) config=${config//@TOKEN@/"$2"} ;;
    --discovery-token-ca-cert-hash) config=${config//@CA_CERT_HASH@/"$2"} ;;
    --certificate-key) config=${config//@CERTIFICATE_KEY@/"$2"} ;;
  esac
  shift
done
if [[ $config =~ @([A-Z_]+)@ ]]; then
  echo "no ${BASH_REMATCH[1]} in the join command; a master's has a certificate key, a worker's has none" >&2
  exit 1
fi
exec bash /root/mok/join.sh <<<"$config"
