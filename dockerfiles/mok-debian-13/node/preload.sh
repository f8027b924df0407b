#!/usr/bin/env bash
# Puts one version of Kubernetes into a container of the node's part: installs its programs
# and imports its images, then moves the unpacked files out of containerd's folder. That
# folder is a volume in every node, and the engine fills a new volume by copying what the
# image has there: with the files in it about a gigabyte for each node, with links to
# them half a megabyte.
# usage: preload.sh ROOT      below it is /images of the images' part; may be empty
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
# The layers' archives go when containerd next looks for garbage, which it does at its
# leisure; the end of a lease can wait for it. Without it the image has up to 70 MB more.
ctr --namespace k8s.io leases create --id preload
ctr --namespace k8s.io leases delete --sync preload
kill "$containerd"
# Ended by a signal it reports failure; what counts is that it has ended.
wait "$containerd" || true

mkdir -p "$store/snapshots"
for folder in "$state"/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs; do
  number=$(basename "$(dirname "$folder")")
  mv "$folder" "$store/snapshots/$number"
  ln -s "$store/snapshots/$number" "$folder"
done
# Programs that are one under several names (programs/services.go), and libraries that
# several images have: what links to the same file is also in a node's memory once.
hardlink --quiet --ignore-time "$store/snapshots" /usr/local/bin/kube{adm,ctl,let}
# The id is for each node to make.
rm -rf "$state"/io.containerd.grpc.v1.introspection
rm -rf /tmp/containerd.log /run/containerd "$state"/io.containerd.content.v1.content/ingest/*
du -sh "$store" "$state"
