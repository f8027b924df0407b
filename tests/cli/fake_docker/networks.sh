#!/bin/sh
# Networks are made and removed.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

network_create() {
  subnet='' subnet6='' labels=''
  while :; do
    case $1 in
      --driver=bridge | --driver=overlay | --attachable | --ip-range=* | --gateway=* | --ipv6) ;;
      --subnet=*:*) subnet6=${1#*=} ;;
      --subnet=*) subnet=${1#*=} ;;
      --label=*) labels="$labels${1#*=}
" ;;
      -*) unknown ;;
      *) break ;;
    esac
    shift
  done
  folder=$engine/networks/$1
  [ ! -d "$folder" ] || fail "Error response from daemon: network with name $1 already exists"
  # Nets that overlap are nets that are the same: mokctl asks for /24 alone.
  mkdir "$engine/subnets/${subnet%/*}" 2>/dev/null ||
    fail "Error response from daemon: invalid pool request: Pool overlaps with other one on this address space"
  mkdir "$folder" 2>/dev/null || {
    rmdir "$engine/subnets/${subnet%/*}"
    fail "Error response from daemon: network with name $1 already exists"
  }
  new_id 14
  echo "$subnet" >"$folder/subnet"
  [ -z "$subnet6" ] || echo "$subnet6" >"$folder/subnet6"
  printf '%s' "$labels" >"$folder/labels"
  echo "$1" >"$engine/ids/$id"
  echo "$id" >"$folder/id"
  print_network "$1" "$id"
}

print_network() { echo "$2"; }

network_disconnect() {
  [ "$1" = --force ] || unknown
  need_container "$3"
  if [ -d "$found/more" ]; then
    rm "$found/more/$2" 2>/dev/null || fail "Error response from daemon: container $3 is not connected to the network $2"
    return
  fi
  get "$found/network"
  [ "$value" = "$2" ] || fail "Error response from daemon: container $3 is not connected to the network $2"
  rm -f "$found/network" "$found/network_id" "$found/ip" "$found/ip6"
}

network_connect() {
  case $1 in --ip=*) ip=${1#*=} ;; *) unknown ;; esac
  case $2 in
    --ip6=*)
      ip6=${2#*=}
      shift
      ;;
    *) ip6='' ;;
  esac
  find_network "$2" || fail "Error response from daemon: network $2 not found"
  need_container "$3"
  if [ -d "$found/more" ]; then
    echo "$ip" >"$found/more/$2"
    return
  fi
  [ ! -f "$found/network" ] || fail "Error response from daemon: endpoint with name $3 already exists in network $2"
  echo "$ip" >"$found/ip"
  echo "$ip6" >"$found/ip6"
  echo "$2" >"$found/network"
}

network_rm() {
  if grep -q '"ControlAvailable":false' "$engine/info.json"; then
    fail "Error response from daemon: This node is not a swarm manager."
  fi
  status=0
  for ref in "$@"; do
    if ! find_network "$ref"; then
      echo "Error response from daemon: network $ref not found" >&2
      status=1
      continue
    fi
    folder=$found
    for container in "$engine"/containers/*/; do
      get "${container}network"
      [ "$value" = "${folder##*/}" ] || [ -e "${container}more/${folder##*/}" ] || continue
      get "${container}status"
      [ "$value" != running ] ||
        fail "Error response from daemon: error while removing network: network ${folder##*/} id $ref has active endpoints"
    done
    get "$folder/subnet"
    rmdir "$engine/subnets/${value%/*}" 2>/dev/null
    mv "$folder" "$engine/removed/$n-${folder##*/}" && echo "$ref"
  done
  [ $status = 0 ] || echo "exit status 1" >&2
  return $status
}
