#!/usr/bin/env bash
# Runs before the container runtime in a restored node: unpacks the runtime's state into the volume,
# once. If it is interrupted, it runs again, because the archive is deleted last.
# usage: unpack.sh STATE_FOLDER
set -euo pipefail

state=$1 archive=$1.tar
[[ -e $archive ]] || exit 0
find "$state" -mindepth 1 -delete
tar --extract --file="$archive" --directory="$state" --xattrs --xattrs-include='*' \
  --numeric-owner --same-permissions
rm "$archive"
