#!/usr/bin/env bash
# Before containerd starts in a node that comes out of a snapshot: puts its state
# back into the volume, once. Cut short it is done anew: the archive goes last.
set -euo pipefail

archive=/var/lib/containerd.tar state=/var/lib/containerd
[[ -e $archive ]] || exit 0
find "$state" -mindepth 1 -delete
tar --extract --file="$archive" --directory="$state" --xattrs --xattrs-include='*' \
  --numeric-owner --same-permissions
rm "$archive"
