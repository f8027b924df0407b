#!/usr/bin/env bash
# On the first master: makes another node's credentials and prints them as a tar
# archive. With a kubelet.conf from here the node's kubelet need not ask for one
# when it joins, and with the API's address and certificate authority in a file it
# need not wait until the control plane has published them.
# usage: issue.sh NODE
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
node=$1

pki=/etc/kubernetes/pki
authority_is_there() { [[ -s $pki/ca.key && -s $pki/ca.crt ]]; }
wait_until 60 "the certificate authority" authority_is_there

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/etc/kubernetes/pki" "$root/root/mok"
kubeadm init phase kubeconfig kubelet --config=/root/mok/kubeadm-init.yaml \
  --node-name="$node" --kubeconfig-dir="$root/etc/kubernetes" >&2
cat >"$root/root/mok/discovery.conf" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: ""
  cluster:
    server: https://$ENDPOINT
    certificate-authority-data: $(base64 --wrap=0 "$pki/ca.crt")
YAML
tar --create --directory="$root" etc/kubernetes/kubelet.conf root/mok/discovery.conf
