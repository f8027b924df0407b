#!/bin/sh
# Which command it is. The last of the files: it runs it.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

serve() {
  verb=${1-}
  [ $# = 0 ] || shift
  case $verb in
    create) create "$@" ;;
    cp) cp_into "$@" ;;
    start) start "$@" ;;
    stop) stop "$@" ;;
    unpause) unpause "$@" ;;
    rm) remove "$@" ;;
    update) update "$@" ;;
    rename) rename "$@" ;;
    diff) diff "$@" ;;
    kill) send_signal "$@" ;;
    save) save "$@" ;;
    load) load "$@" ;;
    ps) ps "$@" ;;
    exec) exec_in "$@" ;;
    run) run "$@" ;;
    build) build "$@" ;;
    commit) commit "$@" ;;
    import) import "$@" ;;
    pull) pull "$@" ;;
    tag) tag "$@" ;;
    info) cat "$engine/info.json" ;;
    version) echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}' ;;
    context) endpoint "$@" ;;
    volume) [ "$1" = rm ] && echo "$2" ;;
    container | image | network)
      object=$verb verb=${1-}
      shift
      case "$object $verb" in
        "container inspect")
          if [ "${1-} ${2-}" = '--size --format={{.SizeRw}}' ]; then
            shift 2
            container_sizes "$@"
            return
          fi
          inspect find_container json_container 'Error response from daemon: No such container: %s' "$@"
          ;;
        "image inspect") image_inspect "$@" ;;
        "image ls") image_ls "$@" ;;
        "image prune") image_prune "$@" ;;
        "image rm") image_rm "$@" ;;
        "network ls") network_ls "$@" ;;
        "network create") network_create "$@" ;;
        "network rm") network_rm "$@" ;;
        "network connect") network_connect "$@" ;;
        "network disconnect") network_disconnect "$@" ;;
        "network inspect")
          inspect find_network json_network 'Error response from daemon: network %s not found' "$@"
          ;;
        *) unknown ;;
      esac
      ;;
    *) unknown ;;
  esac
}

claim() {
  set -- "$engine"/calls/*
  n=$#
  until mkdir "$engine/calls/$n" 2>/dev/null; do n=$((n + 1)); done
  call=$engine/calls/$n
}

# go_to HOST: the engine of a host has its own folder in this one, or does not
# answer.
go_to() {
  log=$engine
  engine=$log/hosts/${1#*://}
  [ -d "$engine" ] ||
    fail "Cannot connect to the Docker daemon at $1. Is the docker daemon running?"
}

[ -d "$engine" ] || fail "fake docker: no engine beside $self"
words=$*
claim
printf '%s\0' "$@" >"$call/argv"
export -p >"$call/environment"
echo "start $n" >>"$engine/events"
log=$engine
trap 'echo "end $n $?" >>"$log/events"' EXIT
find_rule
case ${1-} in
  --context=* | --host=*)
    go_to "${1#*=}"
    shift
    words=$*
    ;;
esac
if [ -n "$rule" ]; then go_wrong "$@"; else serve "$@"; fi
