#!/usr/bin/env bash
# Before the runtime starts in a node that comes out of a snapshot: puts its state
# back into the volume, once. Cut short it is done anew: the archive goes last.
# usage: unpack.sh STATE_FOLDER
set -euo pipefail

state=$1 archive=$1.tar
[[ -e $archive ]] || exit 0
find "$state" -mindepth 1 -delete
tar --extract --file="$archive" --directory="$state" --xattrs --xattrs-include='*' \
  --numeric-owner --same-permissions
rm "$archive"
