#!/usr/bin/env bash
# Makes the qemu that emulates a processor: Debian trixie's, which runs with its own C library
# and leaves the host as it is. bookworm's 7.2 does not know the processor's instructions for
# SHA-256, which images and TLS are full of. Needs root. Nothing is done where it
# is there and was made by this very script.
# usage: qemu.sh FOLDER     prints nothing; makes FOLDER/emulate, to call like qemu; it takes
#                           FAKETIME as faketime does
set -euo pipefail

here=$(dirname "$0")/..
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

(($# == 1)) || die "usage: ${0##*/} FOLDER"
((EUID == 0)) || die "needs root"
made_by=$(sha256sum <"$0")
if [[ $(cat "$1/made-by" 2>/dev/null) == "$made_by" ]]; then exit 0; fi
"$here/need.sh" mmdebstrap mmdebstrap

case $(uname -m) in
  x86_64) package=qemu-system-x86 ;;
  aarch64) package=qemu-system-arm ;;
  *) die "no package with a qemu of $(uname -m) is known here" ;;
esac
say "getting the qemu of Debian trixie"
rm -rf "$1"
folder=$1
mkdir -p "$folder"
mmdebstrap --quiet --variant=extract --include="$package,faketime" trixie "$folder/root" >&2

# The library for programs of many threads.
cat >"$folder/emulate" <<'SH'
#!/bin/sh
usr=$(dirname "$0")/root/usr
libraries=$(echo "$usr"/lib/*-linux-gnu)
exec "$usr"/lib*/ld-linux-* --library-path "$libraries" \
  --preload "$libraries/faketime/libfaketimeMT.so.1" "$usr/bin/qemu-system-$(uname -m)" \
  -L "$usr/share/qemu" -L "$usr/share/seabios" -L "$usr/lib/ipxe/qemu" "$@"
SH
chmod +x "$folder/emulate"
echo "$made_by" >"$folder/made-by"
