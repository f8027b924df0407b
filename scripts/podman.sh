#!/usr/bin/env bash
# A podman for the tests that is new enough for mokctl: the machine's own, or that of
# the distribution's next release with all that it needs, in a root file system of
# its own. Needs root.
# usage: podman.sh get FOLDER      prints the program
#        podman.sh remove FOLDER   takes it away again, with everything that it runs
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

# hard LETTER: that limit of this shell, as podman writes it.
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
  # Without its recommended packages: what it needs to run containers as root.
  mmdebstrap --quiet --variant=minbase \
    --include=podman,crun,runc,conmon,netavark,aardvark-dns,iptables,ca-certificates \
    "$suite" "$root" >&2
  mkdir -p "$root/etc/containers"
  cat >"$root/etc/containers/containers.conf" <<TOML
[containers]
# Those of this shell: builds would raise them, which needs a capability that not every
# machine has.
default_ulimits = ["nofile=$(hard n):$(hard n)", "nproc=$(hard u):$(hard u)"]
[engine]
# crun does not start systemd on every kind of control group.
runtime = "runc"
# There is no systemd in here.
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
firewall_driver = "iptables"
TOML
  # Not chroot: what runs containers makes its own roots out of that of its
  # namespace. All calls share one, because they share mounts.
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
  # Called podman: mokctl tells it by its name.
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
  # Should a mount be left, what it leads to is not ours.
  rm -rf --one-file-system "$folder"
}

case $command in
  get | remove) "$command" ;;
  *) die "no command $command" ;;
esac
