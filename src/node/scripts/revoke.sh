#!/usr/bin/env bash
# On a master: takes back what nodes joined with, once they have: the token, and
# with --masters the certificates that they fetched, with the token that those
# hang on. Tokens that somebody else made stay. Then the cluster gets its add-ons, if
# it is new.
# Reads from standard input: TOKEN_ID [--masters]
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
read -r token flag

revoke() {
  local owners=()
  if [[ $flag == --masters ]]; then
    read -r -a owners < <(admin --namespace=kube-system get secret kubeadm-certs \
      --ignore-not-found --output=jsonpath='{.metadata.ownerReferences[*].name}{"\n"}') || true
    owners+=(kubeadm-certs)
  fi
  admin --namespace=kube-system delete secret --ignore-not-found --output=name \
    "bootstrap-token-$token" "${owners[@]}"
}
wait_until 60 "the join token to be deleted" revoke
start_addons
