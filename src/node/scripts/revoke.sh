#!/usr/bin/env bash
# On a master: deletes the join token that nodes have joined with, and no other.
# usage: revoke.sh TOKEN_ID
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_until "$PATIENCE" "the join token to be deleted" admin --namespace=kube-system \
  delete secret --ignore-not-found --output=name "bootstrap-token-$1"
