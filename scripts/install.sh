#!/bin/sh
# Installs a release of mokctl in PREFIX, by default ~/.local, where it needs no root: bin/mokctl,
# the manual page and completions. Installs only files that SHA256SUMS lists.
# usage: sh install.sh
# env: PREFIX; MOKCTL_VERSION, MOKCTL_URL: the folder of the release's files; MOKCTL_SIGNERS: a
#      file of allowed signers, with which SHA256SUMS must be signed
set -eu

version=${MOKCTL_VERSION:-}
url=${MOKCTL_URL:-}
prefix=${PREFIX:-$HOME/.local}

die() {
  echo "install.sh: $*" >&2
  exit 1
}
fetch() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --output "$1" "$url/$1"
  else
    wget --quiet --tries=1 --output-document="$1" "$url/$1"
  fi || die "cannot download $url/$1"
}

if [ -z "$version" ] || [ -z "$url" ]; then die "set MOKCTL_VERSION and MOKCTL_URL"; fi
case $(uname -s)-$(uname -m) in
  Linux-x86_64) arch=amd64 ;;
  Linux-aarch64) arch=arm64 ;;
  *) die "there is no mokctl for $(uname -sm)" ;;
esac
program=mokctl-$version-linux-$arch share=mokctl-$version-share.tar.gz
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for file in SHA256SUMS "$program" "$share"; do fetch "$file"; done
if [ -n "${MOKCTL_SIGNERS:-}" ]; then
  fetch SHA256SUMS.sig
  ssh-keygen -Y verify -f "$MOKCTL_SIGNERS" -I mokctl -n mokctl -s SHA256SUMS.sig <SHA256SUMS ||
    die "SHA256SUMS is not signed by an allowed signer"
fi
for file in "$program" "$share"; do
  grep "  $file\$" SHA256SUMS | sha256sum -c - >/dev/null 2>&1 || die "$file: wrong checksum"
done
mkdir -p "$prefix/bin" "$prefix/share"
chmod 755 "$program"
# Replaced in one step, so that a running mokctl is not disturbed.
cp "$program" "$prefix/bin/.mokctl.new"
mv "$prefix/bin/.mokctl.new" "$prefix/bin/mokctl"
tar -xzf "$share" -C "$prefix/share"
echo "$prefix/bin/mokctl is $("$prefix/bin/mokctl" version)"
case :$PATH: in *:"$prefix/bin":*) ;; *) echo "add $prefix/bin to your PATH" ;; esac
