#!/usr/bin/env bash
# Lays the node image out as kind's own are.
set -euo pipefail

# Unpacked images below /var, which is a volume in kind's nodes: the engine copies
# it for each.
store=/usr/lib/mok
state=/var/lib/containerd
find "$state" -type l | while read -r link; do
  target=$(readlink "$link")
  if [[ $target == "$store"/* ]]; then
    rm "$link"
    mv "$target" "$link"
  fi
done
rm -rf "$store"/{snapshots,blobs}

mkdir -p /kind/manifests
# "Kubernetes v1.37.2"
kubelet --version | cut -d' ' -f2 >/kind/version
# kind installs local-path from here, as mokctl's add-on does.
cp /usr/local/lib/mok/addons/storage.yaml /kind/manifests/default-storage.yaml

# kind's kubelets are told to keep everything below this group, and on cgroup v1
# they refuse to start where a hierarchy does not have it.
mkdir -p /etc/systemd/system/kubelet.service.d
cat >/etc/systemd/system/kubelet.service.d/20-kind.conf <<'UNIT'
[Service]
ExecStartPre=/bin/sh -c 'for h in /sys/fs/cgroup /sys/fs/cgroup/*; do if [ -e "$$h/cgroup.procs" ]; then mkdir -p "$$h/kubelet"; fi; done'
UNIT
