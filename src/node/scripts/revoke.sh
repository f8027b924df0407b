#!/usr/bin/env bash
# Runs on a master: deletes the join token with which nodes have joined, and no other.
# usage: revoke.sh TOKEN_ID
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_until "$PATIENCE" "the join token to be deleted" admin --namespace=kube-system \
  delete secret --ignore-not-found --output=name "bootstrap-token-$1"
