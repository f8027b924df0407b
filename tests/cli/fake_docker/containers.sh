#!/bin/sh
# Containers are made and removed.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

# container_flags FLAG...: reads the flags of create and run; the number of
# words that they are is in $flags.
container_flags() {
  flags=0 name='' restart=no network=bridge ip='' ip6='' labels='' mounts='' publish='' privileged='' interactive=''
  for word in "$@"; do
    case $word in
      --name=*) name=${word#*=} ;;
      --network=*) network=${word#*=} ;;
      --ip=*) ip=${word#*=} ;;
      --ip6=*) ip6=${word#*=} ;;
      --label=*) labels="$labels${word#*=}
" ;;
      --mount=type=bind,*) mounts="$mounts${word#*bind,}
" ;;
      --publish=*) publish="$publish${word#*=}
" ;;
      --privileged) privileged=yes ;;
      --interactive) interactive=yes ;;
      --restart=*) restart=${word#*=} ;;
      --hostname=* | --cap-add=* | --security-opt=* | --device-cgroup-rule=*) ;;
      --cpus=* | --memory=* | --memory-swap=*) ;;
      --cgroupns=* | --tmpfs=* | --volume=* | --volumes-from=* | --entrypoint=*) ;;
      --rm | --pid=* | --env=* | --init=false | --log-driver=json-file) ;;
      -*) unknown ;;
      *) break ;;
    esac
    flags=$((flags + 1))
  done
}

# merge_labels FILE...: their lines; of each label the last.
merge_labels() {
  awk -F= '
    !($1 in line) { key[++count] = $1 }
    { line[$1] = $0 }
    END { for (i = 1; i <= count; i++) print line[key[i]] }' "$@"
}

# make_container IMAGE STATUS, of what container_flags found.
make_container() {
  if ! [ -f "$engine/images/$1/labels" ]; then
    fail "Unable to find image '$1' locally" \
      "Error response from daemon: pull access denied for ${1%:*}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
  fi
  name=${name:-fake_$n}
  folder=$engine/containers/$name
  if ! mkdir "$folder" 2>/dev/null; then
    get "$folder/id"
    fail "Error response from daemon: Conflict. The container name \"/$name\" is already in use by container \"$value\". You have to remove (or rename) that container to be able to reuse that name."
  fi
  # It may be given as an id, which counts when the container starts.
  if find_network "$network"; then network=${found##*/}; fi
  new_id 12
  mkdir "$folder/root"
  [ ! -d "$engine/images/$1/root" ] || cp -R "$engine/images/$1/root/." "$folder/root"
  # With those of its image, as the engine has it.
  printf '%s' "$labels" | merge_labels "$engine/images/$1/labels" - >"$folder/labels"
  printf '%s' "$mounts" >"$folder/mounts"
  printf '%s' "$publish" >"$folder/publish"
  echo "$1" >"$folder/image"
  echo "$network" >"$folder/network"
  echo "$restart" >"$folder/restart"
  echo "$ip" >"$folder/ip"
  echo "$ip6" >"$folder/ip6"
  echo "$privileged" >"$folder/privileged"
  echo "$2" >"$folder/status"
  echo "$name" >"$engine/ids/$id"
  # Last: this is what makes it be there.
  echo "$id" >"$folder/id"
}

create() {
  container_flags "$@"
  shift "$flags"
  [ $# -ge 1 ] || unknown
  make_container "$1" created
  shift
  echo "$*" >"$folder/command"
  # It may be on several networks.
  [ "$network" != bridge ] || mkdir "$folder/more"
  echo "$id"
}

# cp_out CONTAINER:FOLDER: as a tar archive.
cp_out() {
  need_container "${1%%:*}"
  folder=${1#*:}
  mkdir -p "$found/root$folder"
  tar --create --file=- --directory="$found/root${folder%/*}" "${folder##*/}"
}

cp_into() {
  if [ "${2-}" = - ]; then
    cp_out "$1"
    return
  fi
  [ "$1" = - ] || unknown
  save_stdin
  need_container "${2%%:*}"
  mkdir -p "$found/root${2#*:}"
  tar --extract --no-same-owner --file="$call/stdin" --directory="$found/root${2#*:}" 2>/dev/null ||
    fail "Error response from daemon: unexpected EOF"
}

update() {
  case $1 in --restart=*) restart=${1#*=} ;; *) unknown ;; esac
  shift
  for ref in "$@"; do
    need_container "$ref"
    echo "$restart" >"$found/restart"
    echo "$ref"
  done
}

remove() {
  force=
  while :; do
    case ${1-} in
      --force) force=yes ;;
      --volumes) ;;
      -*) unknown ;;
      *) break ;;
    esac
    shift
  done
  status=0
  for ref in "$@"; do
    if ! find_container "$ref"; then
      echo "Error response from daemon: No such container: $ref" >&2
      [ -n "$force" ] || status=1
      continue
    fi
    get "$found/status"
    if [ "$value" = running ] && [ -z "$force" ]; then
      fail "Error response from daemon: cannot remove container \"/${found##*/}\": container is running: stop the container before removing or force remove"
    fi
    free_ports "$found"
    mv "$found" "$engine/removed/$n-${found##*/}" && echo "$ref"
  done
  return $status
}
