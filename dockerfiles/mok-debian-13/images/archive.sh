#!/usr/bin/env bash
# Packs a root file system into an archive for `ctr images import`. It has one layer, because
# containerd in a container cannot apply the whiteouts of a second one (overlay on overlay). Prints
# nothing.
# usage: archive.sh ROOT IMAGE_NAME OUTPUT COMMAND
set -euo pipefail

root=$1 name=$2 output=$3 command=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same input always gives the same bytes. Not compressed: the archive is unpacked once, then
# dropped.
pack() { tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "$@"; }

pack --file="$work/layer.tar" --directory="$root" .
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)

# Entrypoint instead of Cmd, because some manifests give only arguments.
cat >"$work/config.json" <<JSON
{
  "architecture": "$(dpkg --print-architecture)",
  "os": "linux",
  "config": {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "Entrypoint": ["$command"]
  },
  "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]},
  "history": [{"created_by": "mokctl build image"}]
}
JSON
cat >"$work/manifest.json" <<JSON
[{"Config": "config.json", "RepoTags": ["$name"], "Layers": ["layer.tar"]}]
JSON
pack --file="$output" --directory="$work" config.json layer.tar manifest.json
