#!/usr/bin/env bash
# Runs end-to-end tests with a later Docker at full speed: engine and client of another release of
# Debian, from the disk of a virtual machine (scripts/vm/disk.sh), or built there from Docker's
# source. They run on this machine's kernel in separate namespaces. `make e2e-vm` tests what depends
# on the kernel, such as cgroup v2 and AppArmor.
# usage: e2e-today.sh SUITE ENGINE STORE FIREWALL FOLDER MOKCTL TEST...
#   SUITE     trixie (Docker 26.1) or forky (28.5)
#   ENGINE    debian, or source (scripts/vm/engine.sh: 29)
#   STORE     the engine's image store: docker, or containerd, the default from Docker 29 on
#   FIREWALL  the engine's firewall backend: iptables, or nftables from Docker 29 on
#   TEST      the beginning of names of tests, such as snapshots::
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

(($# > 6)) || die "usage: ${0##*/} SUITE ENGINE STORE FIREWALL FOLDER MOKCTL TEST..."
suite=$1 engine=$2 store=$3 firewall=$4 cache=$5 mokctl=$6
shift 6
[[ $suite == @(trixie|forky) ]] || die "SUITE is trixie or forky, not '$suite'"
[[ $engine == @(debian|source) ]] || die "ENGINE is debian or source, not '$engine'"
[[ $store == @(docker|containerd) ]] || die "STORE is docker or containerd, not '$store'"
[[ $firewall == @(iptables|nftables) ]] || die "FIREWALL is iptables or nftables, not '$firewall'"
((EUID == 0)) || die "needs root, for an engine in namespaces"
settings=("\"features\": {\"containerd-snapshotter\": $([[ $store == containerd ]] && echo true || echo false)}")
# An older engine does not know this setting.
if [[ $firewall != iptables ]]; then settings+=("\"firewall-backend\": \"$firewall\""); fi

# The engine keeps its data in this folder: it is too large for a tmpfs.
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
if [[ $engine == source ]]; then
  scripts/vm/engine.sh "$cache/engine"
  # These programs precede those of the disk.
  find "$cache/engine" -type f -executable -exec install -t "$work/root/usr/local/bin" {} +
fi
(IFS=,; echo "{${settings[*]}}") >"$work/engine/daemon.json"
host=$(MOK_ENGINE_ROOT=$work/root scripts/second-engine.sh start "$work/engine" near)

# The client. Debian's needs the C library of its release.
client=("$work/root/usr/local/bin/docker")
if [[ $engine == debian ]]; then
  client=("$work"/root/lib*/ld-linux-* --library-path "$work"/root/usr/lib/*-linux-gnu
    "$work/root/usr/bin/docker")
fi
cat >"$work/bin/docker" <<SH
#!/bin/sh
exec ${client[*]} "\$@"
SH
chmod +x "$work/bin/docker"
say "bringing $image into $("$work/bin/docker" --host "$host" version \
  --format 'client {{.Client.Version}}, engine {{.Server.Version}}'), store $store"
docker save "$image" | "$work/bin/docker" --host "$host" load --quiet >&2

space=$(scripts/second-engine.sh space "$work/engine")
nsenter --net="/run/netns/$space" env CI=true PATH="$work/bin:$PATH" DOCKER_HOST="$host" \
  cargo test --locked --test e2e -- --test-threads=1 "$@"
