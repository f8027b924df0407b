#!/usr/bin/env bash
# Compiles busybox with the settings that its authors ship, as one static program. Debian
# has the authors' source beside its own changes, which are left out.
# usage: busybox.sh PROGRAM
set -euo pipefail

# The same mirrors, for sources.
if [[ -s /etc/apt/sources.list ]]; then sed --in-place "s/^deb /deb-src /" /etc/apt/sources.list; fi
for list in /etc/apt/sources.list.d/*.sources; do
  if [[ -e $list ]]; then sed --in-place "s/^Types: deb$/Types: deb-src/" "$list"; fi
done
cd "$(mktemp --directory)"
apt-get update
apt-get source --download-only busybox
tar --extract --bzip2 --strip-components=1 --file="$(echo busybox_*.orig.tar.bz2)"
make defconfig
# Its tc needs what newer kernels' headers do not have.
sed --in-place 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/; s/^CONFIG_TC=y/# CONFIG_TC is not set/' .config
make --jobs="$(nproc)"
cp busybox "$1"
