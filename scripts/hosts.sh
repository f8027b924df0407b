#!/usr/bin/env bash
# Several hosts on one machine, for tests: Docker engines in separate network namespaces
# (scripts/second-engine.sh), connected by a bridge in a further one, all in one swarm. Files are in
# FOLDER. Needs root. Not protected from other users. Links are fast, because few test machines have
# netem: a test that needs a slow link uses a proxy.
# usage: hosts.sh COMMAND FOLDER [VALUE]
#   up FOLDER COUNT         starts the engines that are not running; prints each DOCKER_HOST
#   unplug FOLDER HOST      cuts the link of host HOST (1 is the first)
#   plug FOLDER HOST        connects it again
#   kill FOLDER HOST        ends its engine as a power failure does; up starts it
#   down FOLDER             removes everything
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

(($# == 2 || $# == 3)) || die "usage: ${0##*/} up|unplug|plug|kill|down FOLDER [VALUE]"
((EUID == 0)) || die "needs root"
command=$1 folder=$2 value=${3-}
engine=$(dirname "$0")/second-engine.sh
# A network for each FOLDER, from a range that is reserved for tests between networks.
network=198.18.$((128 + $(cksum <<<"$folder" | cut -d ' ' -f 1) % 64))
# The namespace of the bridge, and its link to this machine. Short enough for the name of a link.
switch=mok-sw-${network##*.}
# With three managers, a swarm survives the loss of one.
managers=3

address() { echo "$network.$((10 + $1))"; }
at() { docker --host "tcp://$(address "$1"):2375" "${@:2}"; }
port() { echo "port$1"; }

# The bridge is in a namespace without a firewall: here the machine's engine would drop packets.
lay_cables() {
  [[ ! -e /run/netns/$switch ]] || return 0
  ip netns add "$switch"
  ip -netns "$switch" link add bridge type bridge
  ip -netns "$switch" link set bridge up
  ip link add "$switch" type veth peer name "$(port 0)" netns "$switch"
  ip address add "$network.1/24" dev "$switch"
  ip link set "$switch" up
  ip -netns "$switch" link set "$(port 0)" master bridge up
}

connect() {
  local space
  space=$("$engine" space "$folder/$1")
  [[ ! -e /run/netns/$space ]] || return 0
  ip netns add "$space"
  ip -netns "$space" link set lo up
  ip link add eth0 netns "$space" type veth peer name "$(port "$1")" netns "$switch"
  ip -netns "$space" address add "$(address "$1")/24" dev eth0
  ip -netns "$space" link set eth0 up
  # An engine needs a default route to find its own address.
  ip -netns "$space" route add default via "$network.1"
  ip -netns "$switch" link set "$(port "$1")" master bridge up
}

in_swarm() { [[ $(at "$1" info --format '{{.Swarm.LocalNodeState}}') == active ]]; }

join() {
  in_swarm "$1" && return
  if (($1 == 1)); then
    at 1 swarm init --advertise-addr "$(address 1)" >/dev/null
    return
  fi
  local role=worker
  if (($1 <= managers && value >= managers)); then role=manager; fi
  at "$1" swarm join --advertise-addr "$(address "$1")" \
    --token "$(at 1 swarm join-token --quiet "$role")" "$(address 1):2377" >/dev/null
}

up() {
  mkdir -p "$folder"
  lay_cables
  local host
  for ((host = 1; host <= value; host++)); do
    connect "$host"
    at "$host" version >/dev/null 2>&1 ||
      "$engine" start "$folder/$host" "tcp://$(address "$host"):2375" >/dev/null
    join "$host"
    echo "tcp://$(address "$host"):2375"
  done
}

unplug() { ip -netns "$switch" link set "$(port "$value")" down; }
plug() { ip -netns "$switch" link set "$(port "$value")" up; }
kill() { "$engine" kill "$folder/$value"; }

take_down() {
  # The engine must be reachable so that its containers can be removed. It may not exist if its
  # start has failed.
  value=$1 plug 2>/dev/null || true
  # A manager that lost its swarm now would take ten seconds to end.
  at "$1" swarm leave --force >/dev/null 2>&1 || true
  "$engine" remove "$folder/$1"
}

down() {
  local host
  for host in "$folder"/[0-9]*; do
    if [[ -d $host ]]; then take_down "${host##*/}" & fi
  done
  wait
  ip link delete "$switch" 2>/dev/null || true
  ip netns delete "$switch" 2>/dev/null || true
  rm -rf "$folder"
}

case $command in
  up | unplug | plug | kill | down) "$command" ;;
  *) die "no command $command" ;;
esac
