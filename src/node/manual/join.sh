#!/usr/bin/env bash
# The setup of this node, which is left to you. Takes the join command that kubeadm prints on a
# master, puts its values into kubeadm's configuration for this node, and joins: see
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
