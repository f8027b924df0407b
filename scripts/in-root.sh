#!/usr/bin/env bash
# Executes COMMAND in the root file system ROOT, in a new mount namespace. FOLDER of this machine is
# there at the same path. Uses pivot_root instead of chroot: otherwise runc would give containers
# this machine's files.
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
