#!/usr/bin/env bash
# Unpacks Debian's kubernetes source package. It carries every vendored
# dependency, so the build asks nothing of the network.
# usage: fetch.sh FOLDER
set -euo pipefail

folder=$1

# A source line for every binary line that apt has, in either of its two
# formats: the mirror stays the one that the base image was made with.
shopt -s nullglob
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -e $list ]] || continue
  sed -i '/^deb / { p; s/^deb /deb-src / }' "$list"
done
for stanza in /etc/apt/sources.list.d/*.sources; do
  sed -i 's/^Types: deb$/Types: deb deb-src/' "$stanza"
done
apt-get update

cd "$(dirname "$folder")"
# The suite's newest revision: a mirror drops the older ones at a point release.
apt-get source --download-only kubernetes
dpkg-source --no-check -x kubernetes_*.dsc "$folder"
rm -f kubernetes_*
