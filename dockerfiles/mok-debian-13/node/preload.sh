#!/usr/bin/env bash
# Runs in a container of the node image: has CRI-O pull the images that kubeadm
# lists, and keeps them as a store that every node reads beside its own. The
# runtime's folder itself is a volume in every node, and here as well.
set -euo pipefail

store=/usr/lib/mok/storage
state=/var/lib/containers/storage
socket=/run/crio/crio.sock

# Not yet there, and storage.conf names it.
mkdir -p "$store"
crio >/tmp/crio.log 2>&1 &
crio=$!
deadline=$((SECONDS + 30))
until crictl --runtime-endpoint="unix://$socket" version >/dev/null 2>&1; do
  if ((SECONDS > deadline)); then
    cat /tmp/crio.log >&2
    exit 1
  fi
  sleep 0.1
done
version=$(kubeadm version --output=short)
kubeadm config images pull --kubernetes-version="$version" --cri-socket="unix://$socket"
# CRI-O's own idea of what holds a pod open may be another.
pause=$(kubeadm config images list --kubernetes-version="$version" | grep /pause:)
printf '[crio.image]\npause_image = "%s"\n' "$pause" >/etc/crio/crio.conf.d/20-mok-pause.conf
crictl --runtime-endpoint="unix://$socket" images
kill "$crio"
# Ended by a signal it reports failure; what counts is that it has ended.
wait "$crio" || true

cp --archive "$state/." "$store/"
rm -rf /tmp/crio.log
du -sh "$store"
