#!/usr/bin/env bash
# The setup of the first master, which is left to you. kubeadm prints the commands with which other
# nodes join; `kubeadm token create --print-join-command` prints a fresh one.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

flags=(--config=/root/mok/kubeadm-init.yaml)
# For further masters: uploads certificates, encrypted, to the cluster for two hours.
if [[ -n $UPLOAD_CERTS ]]; then flags+=(--upload-certs); fi
if [[ -n $SKIP_INIT_PHASES ]]; then flags+=("--skip-phases=$SKIP_INIT_PHASES"); fi
kubeadm init "${flags[@]}"
bash /root/mok/addons.sh
