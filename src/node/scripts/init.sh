#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join commands
# are taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

init_master ''
# Of the one token that there is.
wait_for_signature ''

# What the image brings along for a cluster, if it does. Nobody waits for it.
if [[ -e /etc/systemd/system/mok-addons.service ]]; then
  systemctl start --no-block mok-addons.service
fi
