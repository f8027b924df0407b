#!/usr/bin/env bash
# End-to-end tests with the Docker of another release of Debian, at full speed: engine and
# client are those on the disk of a virtual machine (scripts/vm/disk.sh), and run on this
# machine's kernel, in namespaces for them alone. What a kernel has to do with, cgroup v2 and
# AppArmor, `make e2e-vm` shows.
# usage: e2e-today.sh SUITE STORE FOLDER MOKCTL TEST...
#   SUITE  trixie (Docker 26.1) or forky (28.5)
#   STORE  of the engine's images: docker, its own; containerd, the default from Docker 29 on
#   TEST   the beginning of tests' names, such as snapshots::
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

(($# > 4)) || die "usage: ${0##*/} SUITE STORE FOLDER MOKCTL TEST..."
suite=$1 store=$2 cache=$3 mokctl=$4
shift 4
[[ $suite == @(trixie|forky) ]] || die "SUITE is trixie or forky, not '$suite'"
((EUID == 0)) || die "needs root, for an engine in namespaces"
case $store in
  docker) settings='{}' ;;
  containerd) settings='{"features": {"containerd-snapshotter": true}}' ;;
  *) die "STORE is docker or containerd, not '$store'" ;;
esac

# Below it is the engine's store: not for a tmpfs.
work=$(mktemp -d --tmpdir=/var/tmp)
remove() {
  scripts/second-engine.sh remove "$work/engine"
  umount "$work/root" "$work/disk"
  rm -rf --one-file-system "$work"
}

scripts/vm/disk.sh "$suite" "$cache/$suite"
image=$("$mokctl" --quiet build image)
mkdir "$work"/{disk,changed,of-overlay,root,engine,bin}
trap remove EXIT
mount -o loop,ro,noload "$cache/$suite/disk.raw" "$work/disk"
mount -t overlay overlay "$work/root" \
  -o "lowerdir=$work/disk,upperdir=$work/changed,workdir=$work/of-overlay"
echo "$settings" >"$work/engine/daemon.json"
host=$(MOK_ENGINE_ROOT=$work/root scripts/second-engine.sh start "$work/engine" near)

# Its client, with its own C library.
loader=$(echo "$work"/root/lib*/ld-linux-*)
libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
cat >"$work/bin/docker" <<SH
#!/bin/sh
exec $loader --library-path $libraries $work/root/usr/bin/docker "\$@"
SH
chmod +x "$work/bin/docker"
say "bringing $image into $("$work/bin/docker" --host "$host" version \
  --format 'client {{.Client.Version}}, engine {{.Server.Version}}'), store $store"
docker save "$image" | "$work/bin/docker" --host "$host" load --quiet >&2

space=$(scripts/second-engine.sh space "$work/engine")
nsenter --net="/run/netns/$space" env CI=true PATH="$work/bin:$PATH" DOCKER_HOST="$host" \
  cargo test --locked --test e2e -- --test-threads=1 "$@"
