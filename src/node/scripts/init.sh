#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join commands
# are taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

take_pod_range /etc/kubernetes/admin.conf >&2 &
taking=$!

flags=(--config=/root/mok/kubeadm-init.yaml)
# kubelet-finalize restarts the kubelet, whose first report is that the node is not
# Ready: after `create` has said that it is. What it is for, follow_renewal does.
# Where masters will join, though, the restart is wanted: it makes the pods of this
# one's control plane known to the API at once, and kubeadm looks there for etcd;
# without it each join waits half a minute, twice.
if [[ -z $UPLOAD_CERTS ]]; then flags+=(--skip-phases=kubelet-finalize); fi
if [[ -n $SKIP_INIT_PHASES ]]; then flags+=("--skip-phases=$SKIP_INIT_PHASES"); fi
if [[ -n $PATCHES ]]; then flags+=("--experimental-patches=$PATCHES"); fi
# For further masters: their certificates, encrypted, in the cluster for two hours.
if [[ -n $UPLOAD_CERTS ]]; then flags+=(--upload-certs); fi
kubeadm init "${flags[@]}"
wait "$taking"
follow_renewal

# Of the one token that there is.
wait_for_signature ''

# What the image brings along for a cluster, if it does. Nobody waits for it.
if [[ -e /etc/systemd/system/mok-addons.service ]]; then
  systemctl start --no-block mok-addons.service
fi
