#!/usr/bin/env bash
# Becomes COMMAND in the root file system ROOT, to run in a new mount namespace. FOLDER, which
# is this machine's, is there at the same path. A change of the root is needed and not a
# chroot: runc would hand containers this machine's files.
# usage: unshare --mount in-root.sh ROOT FOLDER COMMAND...
set -euo pipefail

root=$1 folder=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
for name in proc sys dev; do mount --rbind "/$name" "$root/$name"; done
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/former" "$root$folder"
mount --bind "$folder" "$root$folder"
cd "$root"
pivot_root . run/former
umount --lazy /run/former
exec "$@"
