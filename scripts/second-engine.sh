#!/usr/bin/env bash
# A second Docker engine on this machine that is as far away as another machine: in
# a network namespace of its own, with a loopback of its own, reached over TCP. For
# the test of remote engines. All its files are in FOLDER. Needs root; gives no
# protection: whoever reaches its address uses it.
# usage: second-engine.sh start|stop FOLDER
#   start prints its DOCKER_HOST; stop takes everything away again
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

(($# == 2)) || die "usage: ${0##*/} start|stop FOLDER"
folder=$2
space=mok-second
# Of a range that is set aside for tests between networks.
here=198.18.77.1 there=198.18.77.2
host=tcp://$there:2375
pidfile=$folder/docker.pid

answers() { docker --host="$host" version >/dev/null 2>&1; }
pid() { cat "$pidfile" 2>/dev/null; }
runs() { [[ $(cat "/proc/$(pid)/comm" 2>/dev/null) == dockerd ]]; }

start() {
  ((EUID == 0)) || die "needs root"
  mkdir -p "$folder"
  ip netns add "$space"
  ip link add mok-second type veth peer name eth0 netns "$space"
  ip address add "$here/30" dev mok-second
  ip link set mok-second up
  ip -netns "$space" link set lo up
  ip -netns "$space" address add "$there/30" dev eth0
  ip -netns "$space" link set eth0 up
  local dockerd=(dockerd --data-root="$folder/data" --exec-root="$folder/run"
    --pidfile="$pidfile" --host="$host" --tls=false --bridge=none)
  # Not `ip netns exec`: that hides the control groups.
  setsid --fork nsenter --net="/run/netns/$space" "${dockerd[@]}" \
    >"$folder/log" 2>&1 </dev/null
  local deadline=$((SECONDS + 60))
  until answers; do
    ((SECONDS < deadline)) || {
      tail -n 20 "$folder/log" >&2
      die "the second engine does not answer; its log is $folder/log"
    }
    sleep 0.2
  done
  echo "$host"
}

stop() {
  if runs; then
    # Its containers would go on without it.
    docker --host="$host" ps --all --quiet |
      xargs --no-run-if-empty docker --host="$host" rm --force --volumes >/dev/null
    kill "$(pid)"
    local deadline=$((SECONDS + 60))
    while runs; do
      ((SECONDS < deadline)) || die "the second engine, $(pid), does not end"
      sleep 0.2
    done
  fi
  # Not there where the start did not come so far, or after an earlier removal.
  ip link delete mok-second 2>/dev/null || true
  ip netns delete "$space" 2>/dev/null || true
  rm -rf "$folder"
}

case $1 in
  start | stop) "$1" ;;
  *) die "no command $1" ;;
esac
