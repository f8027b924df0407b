#!/bin/sh
# A docker client with its engine in one, for tests. Its state is plain files in
# ../engine beside this file; mod.rs lays them out and reads them:
#   calls/N/{argv,stdin}      every call, numbered as they came (0 is a stub)
#   events                    "start N" and "end N STATUS", in order
#   containers/NAME/          id, image, network, network_id, ip, labels, mounts, publish, status, root/
#   networks/NAME/            id, subnet, labels
#   images/REFERENCE/labels
#   info.json                 what the engine says of itself
#   created                   when every container was made
#   ports/PORT[-udp]          a port that is taken; holds the container's name
#   nodes/NAME                a Node object: the node's address
#   rules/K/                  faults: what shall go wrong, and when
#   hosts/HOST/               the engine of a host; calls, events and rules stay here
# Containers and networks appear and vanish in one step each, and names, ports
# and subnets are claimed with mkdir, so calls may run side by side.
# Texts and statuses are those of docker 28. What it does not know: status 97.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.
set -u
# A test may leave nothing else on it than this program.
PATH=$PATH:/usr/bin:/bin

engine=${0%/*}/../engine
self=$0

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

unknown() {
  echo "fake docker: unknown command: $words" >&2
  exit 97
}

# get FILE: its first line, in $value.
get() {
  value=
  [ -f "$1" ] && IFS= read -r value <"$1"
}

endpoint() {
  [ "$*" = "inspect --format={{.Endpoints.docker.Host}}" ] || unknown
  echo "${DOCKER_HOST:-unix:///var/run/docker.sock}"
}

save_stdin() { cat >"$call/stdin"; }

# find_object KIND REF: the folder of a container or network, in $found.
find_object() {
  found=
  if [ -f "$engine/$1/$2/id" ]; then
    found=$engine/$1/$2
  elif [ -f "$engine/ids/$2" ]; then
    get "$engine/ids/$2"
    [ -f "$engine/$1/$value/id" ] && found=$engine/$1/$value
  fi
  [ -n "$found" ]
}

find_container() { find_object containers "$1"; }

need_container() {
  find_container "$1" || fail "Error response from daemon: No such container: $1"
}

find_network() { find_object networks "$1"; }

# new_id KIND: 64 hexadecimal digits that no other call makes, in $id.
new_id() { id=$(printf '%04x%060x' "$1" "$n"); }
