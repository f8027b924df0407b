#!/usr/bin/env bash
# Runs in a container of the node image: writes the image of the tests' pods to
# standard output, as an archive of one layer. It holds a shell, getent and socat,
# out of the node itself, so it needs no registry. archive.sh, which also packs the
# control plane's images, comes on standard input.
# usage: pod_image.sh NAME
set -euo pipefail

name=$1
work=$(mktemp -d)
root=$work/root
cat >"$work/archive.sh"

mkdir -p "$root"/{dev,etc,proc,run,sys,tmp,usr/bin,usr/lib,usr/lib64}
for folder in bin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
for program in dash getent socat; do
  cp --dereference "$(command -v "$program")" "$root/usr/bin/"
  ldd "$(command -v "$program")" | grep --only-matching '/[^ ]*' |
    while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp --dereference "$library" "$root$library"
    done
done
ln -s dash "$root/usr/bin/sh"

# Says who it is and who has asked.
cat >"$root/usr/bin/echo-server" <<'SERVER'
#!/bin/sh
exec socat TCP4-LISTEN:8080,fork,reuseaddr SYSTEM:'echo $HOSTNAME $SOCAT_PEERADDR'
SERVER
chmod +x "$root/usr/bin/echo-server"

bash "$work/archive.sh" "$root" "$name" "$work/archive.tar" /usr/bin/echo-server
cat "$work/archive.tar"
