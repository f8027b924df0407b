#!/usr/bin/env bash
# Adds one version of Kubernetes to a container of the node: installs its programs, imports its
# container images, and moves the unpacked files out of containerd's folder. That folder is a volume
# in every node, and the engine fills a new volume by copying what the image has there: about a
# gigabyte for each node with the files in it, half a megabyte with links to them.
# usage: preload.sh ROOT      the folder that has /images of the images' part; may be empty
set -euo pipefail

images=$1/images
store=/usr/lib/mok
state=/var/lib/containerd

install "$images"/bin/* /usr/local/bin/
mkdir -p /usr/local/lib/mok/addons
cp "$images"/addons/* /usr/local/lib/mok/addons/
sed --in-place "s|PAUSE_IMAGE|$(<"$images/pause")|" /etc/containerd/config.toml

containerd >/tmp/containerd.log 2>&1 &
containerd=$!
deadline=$((SECONDS + 30))
until ctr version >/dev/null 2>&1; do
  if ((SECONDS > deadline)); then
    cat /tmp/containerd.log >&2
    exit 1
  fi
  sleep 0.1
done
for archive in "$images"/archives/*.tar; do
  ctr --namespace k8s.io images import --local --discard-unpacked-layers "$archive"
done
ctr --namespace k8s.io images list --quiet
# containerd removes the archives of layers at its next garbage collection. The end of a lease can
# wait for one. Otherwise the image would have up to 70 MB more.
ctr --namespace k8s.io leases create --id preload
ctr --namespace k8s.io leases delete --sync preload
kill "$containerd"
# A process that was ended by a signal reports failure. It only matters that it has ended.
wait "$containerd" || true

mkdir -p "$store/snapshots"
for folder in "$state"/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs; do
  number=$(basename "$(dirname "$folder")")
  mv "$folder" "$store/snapshots/$number"
  ln -s "$store/snapshots/$number" "$folder"
done
# Links equal files: one program under several names (programs/services.go), and libraries that
# several images have. A node's memory then has them only once, too.
hardlink --quiet --ignore-time "$store/snapshots" /usr/local/bin/kube{adm,ctl,let}
# Each node must make its own id.
rm -rf "$state"/io.containerd.grpc.v1.introspection
rm -rf /tmp/containerd.log /run/containerd "$state"/io.containerd.content.v1.content/ingest/*
du -sh "$store" "$state"
