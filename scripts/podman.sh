#!/usr/bin/env bash
# A podman for tests that is new enough for mokctl: the machine's, or that of the distribution's
# next release in a separate root file system. Needs root.
# usage: podman.sh get FOLDER      prints the program
#        podman.sh remove FOLDER   removes it, with everything that it runs
# env: MOK_PODMAN_SUITE, a release of the distribution
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

(($# == 2)) || die "usage: ${0##*/} get|remove FOLDER"
((EUID == 0)) || die "needs root"
command=$1 folder=$2
root=$folder/root
suite=${MOK_PODMAN_SUITE:-trixie}

is_new_enough() {
  local version
  version=$(podman version --format '{{.Client.Version}}' 2>/dev/null) || return 1
  [[ $(printf '%s\n' 5.1 "$version" | sort --version-sort | head -n 1) == 5.1 ]]
}

# hard LETTER: prints the hard limit of this shell in podman's form.
hard() {
  local limit
  limit=$(ulimit "-H$1")
  echo "${limit/unlimited/-1}"
}

get() {
  if is_new_enough; then
    command -v podman
    return
  fi
  "$(dirname "$0")/need.sh" mmdebstrap mmdebstrap
  mkdir -p "$folder/bin"
  say "getting podman from $suite"
  # Without recommended packages: only what podman needs to run containers as root.
  mmdebstrap --quiet --variant=minbase \
    --include=podman,crun,runc,conmon,netavark,aardvark-dns,iptables,ca-certificates \
    "$suite" "$root" >&2
  mkdir -p "$root/etc/containers"
  cat >"$root/etc/containers/containers.conf" <<TOML
[containers]
# The limits of this shell: builds would raise them, for which some machines lack the capability.
default_ulimits = ["nofile=$(hard n):$(hard n)", "nproc=$(hard u):$(hard u)"]
[engine]
# crun does not start systemd on every kind of cgroup.
runtime = "runc"
# There is no systemd in this root file system.
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
firewall_driver = "iptables"
TOML
  # Not chroot: container runtimes derive roots from that of their mount namespace. All calls share
  # one namespace, because they share mounts.
  mkdir -p "$folder/space"
  mount --bind --make-private "$folder/space" "$folder/space"
  touch "$folder/space/mounts"
  # shellcheck disable=SC2016 # The inner shell expands it.
  unshare "--mount=$folder/space/mounts" --propagation private bash -euo pipefail -c '
    mount --bind "$1" "$1"
    for place in proc sys dev; do mount --rbind "/$place" "$1/$place"; done
    mount -t tmpfs tmpfs "$1/run"
    cd "$1"
    pivot_root . mnt
    umount --lazy /mnt' bash "$root"
  # The wrapper is called podman, because mokctl recognizes podman by name.
  cat >"$folder/bin/podman" <<SH
#!/bin/sh
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
exec nsenter "--mount=$folder/space/mounts" podman "\$@"
SH
  chmod +x "$folder/bin/podman"
  echo "$folder/bin/podman"
}

remove() {
  if [[ -x $folder/bin/podman ]]; then
    "$folder/bin/podman" rm --all --force --volumes --time 0 >/dev/null
    "$folder/bin/podman" network prune --force >/dev/null
  fi
  awk -v below="$folder/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo |
    sort --reverse | while read -r place; do umount --lazy "$place"; done
  # A mount that is left leads to files of others.
  rm -rf --one-file-system "$folder"
}

case $command in
  get | remove) "$command" ;;
  *) die "no command $command" ;;
esac
