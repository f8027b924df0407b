#!/usr/bin/env bash
# Builds the program twice, and the node image once more in an empty engine, and compares. Programs
# and container images must be identical. Other differences in the node image are listed with their
# reasons; one without a reason is a failure. Needs root for that engine, and 8 GB in TMPDIR or
# /var/tmp.
# usage: reproduce.sh MOKCTL
# env: VERSION of Kubernetes
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

(($# == 1)) || die "usage: ${0##*/} MOKCTL"
((EUID == 0)) || die "starts an engine: run this as root"
mokctl=$(realpath "$1")
# The path must be short enough for the engine's sockets.
work=$(mktemp --directory --tmpdir="${TMPDIR:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
failures=0

differs() {
  say "DIFFERS: $1"
  failures=$((failures + 1))
}

# Builds at two paths of different length, with different target folders: no path may be in the
# program.
compare_programs() {
  local tree target
  for tree in one two/further; do
    target=$work/$tree-target
    git clone --quiet --local . "$work/$tree"
    say "building the program of $(git rev-parse --short HEAD) in $tree"
    CARGO_TERM_QUIET=true CARGO_TARGET_DIR=$target \
      make --no-print-directory --directory="$work/$tree" build >&2
    sha256sum <"$target/release/mokctl"
    rm -rf "${work:?}/$tree" "$target"
  done >"$work/programs"
  if [[ $(sort --unique "$work/programs" | wc -l) == 1 ]]; then
    say "the program: the same"
  else
    differs "the program"
  fi
}

# files_of IMAGE: prints the checksum and the name of each file.
files_of() {
  docker run --rm --network=none --entrypoint=/usr/bin/bash "$1" -c \
    'cd / && find . -xdev -type f -print0 | xargs --null sha256sum' | sort
}

# archives_of IMAGE: prints the same for the part with the container images as archives.
archives_of() {
  local container
  # The image has no program, so any command will do.
  container=$(docker create "$1" none)
  mkdir "$work/archives"
  docker cp "$container:/images/archives" - | tar --extract --directory="$work/archives"
  docker rm --volumes "$container" >/dev/null
  (cd "$work/archives" && find . -type f -print0 | xargs --null sha256sum) | sort
  rm -rf "$work/archives"
}

# why FILE: prints why the file differs in each build, or nothing if it must be the same.
why() {
  # mokctl's own files must be the same.
  if [[ -e dockerfiles/mok-debian-13/node/files/$1 ]]; then return; fi
  case $1 in
    ./etc/hostname) echo "the name of the container that it was built in" ;;
    ./etc/shadow | ./etc/shadow-) echo "the day on which a package made its user" ;;
    ./var/cache/ldconfig/*) echo "inodes and times of libraries" ;;
    ./var/lib/containerd/*.db) echo "when containerd has put an image in" ;;
    ./usr/local/* | ./usr/lib/mok/* | ./opt/*) ;;
    ./var/lib/dpkg/* | ./var/lib/apt/* | ./var/log/*) echo "Debian's packages, and when they were installed" ;;
    ./etc/* | ./usr/*) echo "of a package of Debian's, which may have moved" ;;
  esac
}

# client PATH: writes a docker client for an engine whose bridge leads nowhere. Builds use this
# machine's network.
client() {
  cat >"$1" <<'SH'
#!/bin/sh
if [ "$1" = build ]; then
  shift
  exec docker build --network=host "$@"
fi
exec docker "$@"
SH
  chmod +x "$1"
}

compare_images() {
  local image part host file reason
  image=$("$mokctl" --quiet build image ${VERSION:+--k8sver "$VERSION"})
  files_of "$image" >"$work/files.1"

  trap 'scripts/second-engine.sh remove "$work/engine"; rm -rf "$work"' EXIT
  host=$(scripts/second-engine.sh start "$work/engine" beside)
  say "building $image from nothing, twenty minutes"
  client "$work/docker"
  DOCKER_HOST=$host MOKCTL_DOCKER=$work/docker \
    "$mokctl" --quiet build image --k8sver "${image##*:}" >/dev/null
  DOCKER_HOST=$host files_of "$image" >"$work/files.2"

  # The name contains a hash of the inputs, so it is the same in both engines.
  part=$(docker --host "$host" image ls --format='{{.Repository}}:{{.Tag}}' local/mok-images)
  archives_of "$part" >"$work/archives.1"
  DOCKER_HOST=$host archives_of "$part" >"$work/archives.2"
  [[ -s $work/archives.1 ]] || die "there are no archives in $part"
  if cmp --silent "$work"/archives.[12]; then
    say "$(wc -l <"$work/archives.1") images for the nodes: the same"
  else
    differs "images for the nodes: $(diff "$work"/archives.[12] | awk '/^>/ { print $3 }' | xargs)"
  fi

  say "$(comm -12 "$work"/files.[12] | wc -l) files of the node image: the same"
  # Files that differ, and files that only one image has.
  sort "$work"/files.[12] | uniq --unique | awk '{ print $2 }' | sort --unique >"$work/unlike"
  while read -r file; do
    reason=$(why "$file")
    if [[ -n $reason ]]; then say "$file is another: $reason"; else differs "$file"; fi
  done <"$work/unlike"
}

compare_programs
compare_images
((failures == 0)) || die "$failures of what must be the same differ"
