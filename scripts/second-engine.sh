#!/usr/bin/env bash
# A second Docker engine on this machine, for tests: one whose disk they fill and that they kill, a
# remote one, or an empty one. It has a separate network namespace, because two engines in one
# remove each other's firewall rules; one in the machine's namespace (`beside`) has no rules. All
# its files are in FOLDER; a daemon.json there has its settings. Needs root. Not protected from
# other users: anyone who can reach its address can use it.
# usage: second-engine.sh COMMAND FOLDER [VALUE]
#   disk FOLDER SIZE        gives it a file system of SIZE for its data
#   start FOLDER near|far|beside|tcp://HOST:PORT
#                           near has a socket; far is reached over TCP alone; beside has
#                           a socket and this machine's network, but its bridge leads
#                           nowhere: it is for builds with --network=host; the last one
#                           is at an address that its namespace has already. Prints its
#                           DOCKER_HOST
#   space FOLDER            prints the name of its namespace
#   kill FOLDER             ends it as a power failure does; start may follow
#   remove FOLDER           removes everything
# env: MOK_ENGINE_ROOT (a root file system with the engine, in place of this machine's)
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

(($# == 2 || $# == 3)) || die "usage: ${0##*/} disk|start|space|kill|remove FOLDER [VALUE]"
((EUID == 0)) || die "needs root"
command=$1 folder=$2 value=${3-}
# From a range that is reserved for tests between networks.
here=198.18.77.1 there=198.18.77.2
# Short enough for the name of a link, and unique for each engine.
space=mok-$(cksum <<<"$folder" | cut -d ' ' -f 1)

host() { cat "$folder/host" 2>/dev/null; }
at() { docker --host "$(host)" "$@"; }
answers() { at version >/dev/null 2>&1; }

# wait_until WHAT COMMAND...: waits up to a minute until COMMAND succeeds. On failure prints the end
# of the engine's log.
wait_until() {
  local what=$1 deadline=$((SECONDS + 60))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || {
      tail -n 20 "$folder/log" >&2
      die "$what"
    }
    sleep 0.1
  done
}

disk() {
  mkdir -p "$folder/data"
  truncate --size="$value" "$folder/image"
  mkfs.ext4 -q -m 0 "$folder/image"
  mount -o loop "$folder/image" "$folder/data"
}

start() {
  mkdir -p "$folder/data"
  case $value in
    near | beside) echo "unix://$folder/socket" ;;
    far) echo "tcp://$there:2375" ;;
    tcp://*) echo "$value" ;;
    *) die "an engine is near, far, beside or at an address, not '$value'" ;;
  esac >"$folder/host"
  if [[ $value != beside && ! -e /run/netns/$space ]]; then
    ip netns add "$space"
    ip -netns "$space" link set lo up
    # An engine with nftables needs this, but does not set it.
    ip netns exec "$space" sysctl --quiet net.ipv4.ip_forward=1
    if [[ $value == far ]]; then connect; fi
  fi
  local dockerd=(dockerd "--host=$(host)" "--data-root=$folder/data/engine"
    "--exec-root=$folder/run" "--pidfile=$folder/pid")
  if [[ $value != @(near|beside) ]]; then dockerd+=(--tls=false); fi
  if [[ $value == far ]]; then dockerd+=(--bridge=none); fi
  if [[ $value == beside ]]; then
    # Without a bridge given to it, the engine would remove docker0, that of the other engine.
    [[ -e /sys/class/net/$space ]] || ip link add "$space" type bridge
    ip address replace "$here/30" dev "$space"
    dockerd+=("--bridge=$space" --iptables=false --ip6tables=false)
  fi
  if [[ -e $folder/daemon.json ]]; then dockerd+=("--config-file=$folder/daemon.json"); fi
  # Not `ip netns exec`, which hides the cgroups.
  local net=/proc/self/ns/net
  if [[ $value != beside ]]; then net=/run/netns/$space; fi
  local enter=(nsenter --net="$net")
  if [[ -n ${MOK_ENGINE_ROOT:-} ]]; then
    enter+=(unshare --mount "$(dirname "$0")/in-root.sh" "$MOK_ENGINE_ROOT" "$folder")
  fi
  setsid --fork "${enter[@]}" "${dockerd[@]}" >>"$folder/log" 2>&1 </dev/null
  wait_until "the second engine does not answer; its log is $folder/log" answers
  host
}

# Connects the namespaces.
connect() {
  ip link add "$space" type veth peer name eth0 netns "$space"
  ip address add "$here/30" dev "$space"
  ip link set "$space" up
  ip -netns "$space" address add "$there/30" dev eth0
  ip -netns "$space" link set eth0 up
}

# end SIGNAL: ends the engine and its containerd.
end() {
  local file pid
  for file in "$folder/pid" "$folder/run/containerd/containerd.pid"; do
    [[ -s $file ]] || continue
    pid=$(<"$file")
    # The process may have ended by itself.
    kill "-$1" "$pid" 2>/dev/null || true
    wait_until "process $pid does not end" test ! -d "/proc/$pid"
    rm -f "$file"
  done
}

# Ends the containers of an engine that was killed.
end_orphans() {
  local shim
  for shim in $(pgrep --full -- "-address $folder/run/containerd/containerd.sock"); do
    # Ends the first process of the container, and with it all others. It may have ended by itself.
    pkill -KILL --parent "$shim" || true
    kill -KILL "$shim" 2>/dev/null || true
    wait_until "process $shim does not end" test ! -d "/proc/$shim"
  done
}

remove() {
  local containers=()
  # Containers would go on without the engine.
  if answers; then mapfile -t containers < <(at ps --all --quiet); fi
  if ((${#containers[@]} > 0)); then at rm --force --volumes "${containers[@]}" >/dev/null; fi
  end TERM
  end_orphans
  # The link may not exist: the start may have failed, or an earlier run may have removed it.
  ip link delete "$space" 2>/dev/null || true
  ip netns delete "$space" 2>/dev/null || true
  # Network namespaces are mounts, too.
  awk -v below="$folder/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo |
    sort --reverse | while read -r place; do umount "$place"; done
  rm -rf "$folder"
}

case $command in
  disk | start | remove) "$command" ;;
  space) echo "$space" ;;
  kill) end KILL ;;
  *) die "no command $command" ;;
esac
