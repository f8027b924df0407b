#!/bin/sh
# Containers start and stop.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

start_one() {
  get "$found/status"
  [ "$value" = running ] && return
  if [ -f "$engine/without_privileges" ]; then
    get "$found/privileged"
    if [ -n "$value" ]; then
      cannot_start "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply caps: operation not permitted"
    fi
  fi
  get "$found/network"
  if [ "$value" = bridge ]; then
    start_published
    return
  fi
  [ -f "$engine/networks/$value/id" ] || cannot_start "network $value not found"
  # It is on a network of that name once more, or on one that is gone.
  get "$engine/networks/$value/id"
  id=$value
  get "$found/network_id"
  case ${value:-$id} in "$id") ;; *) cannot_start "network $value not found" ;; esac
  echo "$id" >"$found/network_id"
  start_published
}

start_published() {
  while IFS= read -r line; do
    port=${line%:*}
    port=${port##*:}
    # The same port of another address, which is that of the other family.
    case $line in \[*) continue ;; esac
    mkdir "$engine/ports/$(port_key "$line")" 2>/dev/null ||
      cannot_start "driver failed programming external connectivity on endpoint ${found##*/}: Bind for ${line%%:*}:$port failed: port is already allocated"
  done <"$found/publish"
  echo running >"$found/status"
  : >"$found/started"
}

cannot_start() {
  fail "Error response from daemon: $1" "Error: failed to start containers: $ref"
}

# What a container that compiles prints.
start_attached() {
  need_container "$1"
  get "$found/command"
  case $value in
    *"/mok/compile.sh "*)
      for word in $value; do
        case $word in *=*/*) [ "${word#-}" = "$word" ] && echo "compiling ${word%%=*}" ;; esac
      done
      ;;
    *"go list -m -versions k8s.io/kubernetes") cat "$engine/versions" ;;
    *) unknown ;;
  esac
}

start() {
  if [ "$1" = --attach ]; then
    start_attached "$2"
    return
  fi
  for ref in "$@"; do
    find_container "$ref" ||
      fail "Error response from daemon: No such container: $ref" "Error: failed to start containers: $ref"
    start_one
    echo "$ref"
  done
}

# port_key ADDRESS:PORT:TARGET/PROTOCOL: the host's port, and what is no TCP.
port_key() {
  key=${1%:*}
  key=${key##*:}
  case $1 in */tcp) ;; *) key=$key-${1#*/} ;; esac
  echo "$key"
}

free_ports() {
  while IFS= read -r line; do
    rmdir "$engine/ports/$(port_key "$line")" 2>/dev/null
  done <"$1/publish"
}

stop() {
  [ "${1-}" != -t ] || shift 2
  for ref in "$@"; do
    need_container "$ref"
    get "$found/status"
    case $value in running | paused) false ;; esac || { free_ports "$found" && echo exited >"$found/status"; }
    echo "$ref"
  done
}

unpause() {
  need_container "$1"
  get "$found/status"
  [ "$value" = paused ] || fail "Error response from daemon: Container $1 is not paused"
  echo running >"$found/status"
  echo "$1"
}

send_signal() {
  case $1 in --signal=*) ;; *) unknown ;; esac
  need_container "$2"
  get "$found/status"
  [ "$value" = running ] || {
    get "$found/id"
    fail "Error response from daemon: cannot kill container: $2: container $value is not running"
  }
  echo "$2"
}
