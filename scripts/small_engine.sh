#!/usr/bin/env bash
# A second engine for tests that fill its disk or end it: on a file system of SIZE
# in FOLDER, and in a network namespace of its own, because two engines in one
# take each other's firewall rules away. Its socket is FOLDER/socket.
# usage: small_engine.sh make FOLDER SIZE | start FOLDER | kill FOLDER | remove FOLDER
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

command=$1 folder=$2
disk=$folder/disk

answers() { docker --host "unix://$folder/socket" version >/dev/null 2>&1; }

# Waits until no process has the number any more.
ended() {
  local deadline=$((SECONDS + 30))
  while [[ -d /proc/$1 ]]; do
    ((SECONDS < deadline)) || die "process $1 does not end"
    sleep 0.1
  done
}

start() {
  # shellcheck disable=SC2016 # The inner shell expands it.
  setsid --fork unshare --net bash -c '
    ip link set lo up
    exec dockerd --host "unix://$1/socket" --data-root "$1/disk/data" \
      --exec-root "$1/exec" --pidfile "$1/pid"' small_engine "$folder" \
    >>"$folder/log" 2>&1 </dev/null
  local deadline=$((SECONDS + 60))
  until answers; do
    ((SECONDS < deadline)) || {
      tail -n 20 "$folder/log" >&2
      die "the small engine does not answer"
    }
    sleep 0.2
  done
}

# end SIGNAL: the engine, and the containerd that it has started.
end() {
  local file pid
  for file in "$folder/pid" "$folder/exec/containerd/containerd.pid"; do
    [[ -s $file ]] || continue
    pid=$(<"$file")
    # It may have ended by itself.
    kill "-$1" "$pid" 2>/dev/null || true
    ended "$pid"
    rm -f "$file"
  done
}

case $command in
  make)
    mkdir -p "$disk"
    truncate --size="$3" "$folder/image"
    mkfs.ext4 -q -m 0 "$folder/image"
    mount -o loop "$folder/image" "$disk"
    start
    ;;
  start) start ;;
  kill) end KILL ;;
  remove)
    # An engine that does not answer has no containers to remove.
    containers=$(docker --host "unix://$folder/socket" ps --all --quiet 2>/dev/null || true)
    if [[ -n $containers ]]; then
      # shellcheck disable=SC2086 # One word each.
      docker --host "unix://$folder/socket" rm --force --volumes $containers >/dev/null
    fi
    end TERM
    # Namespaces of networks are mounts, too.
    awk -v below="$folder/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo |
      sort --reverse | while read -r place; do umount "$place"; done
    rm -rf "$folder/image" "$folder/exec"
    ;;
  *) die "unknown command: $command" ;;
esac
