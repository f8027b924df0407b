#!/bin/sh
# What is known of a container, network or image.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

# json_labels FILE
json_labels() {
  comma=
  printf '{'
  while IFS= read -r line; do
    printf '%s"%s":"%s"' "$comma" "${line%%=*}" "${line#*=}"
    comma=,
  done <"$1"
  printf '}'
}

# json_ports FILE: lines ADDRESS:PORT:TARGET/tcp; of a target the places stand together.
json_ports() {
  # The container may go away meanwhile: then there are none.
  { places "$1" || printf '{}'; } 2>/dev/null
}
places() {
  [ -s "$1" ] || return
  awk '
    { target = $0; sub(/.*:/, "", target)
      port = substr($0, 1, length($0) - length(target) - 1)
      address = port; sub(/:[0-9]*$/, "", address); sub(/.*:/, "", port)
      gsub(/[][]/, "", address)
      if (!(target in places)) order[++count] = target; else places[target] = places[target] ","
      places[target] = places[target] "{\"HostIp\":\"" address "\",\"HostPort\":\"" port "\"}" }
    END {
      printf "{"
      for (i = 1; i <= count; i++)
        printf "%s\"%s\":[%s]", (i > 1 ? "," : ""), order[i], places[order[i]]
      printf "}" }' <"$1"
}

# json_mounts FILE: lines source=SRC,target=DST[,readonly].
json_mounts() {
  printf '[{"Type":"volume","Source":"/v","Destination":"/var/lib/containerd","RW":true}'
  while IFS= read -r line; do
    case $line in *,readonly) write=false line=${line%,readonly} ;; *) write=true ;; esac
    source=${line#source=}
    printf ',{"Type":"bind","Source":"%s","Destination":"%s","RW":%s}' \
      "${source%%,target=*}" "${line#*,target=}" $write
  done <"$1"
  printf ']'
}

json_container() {
  # Empty where the container goes away meanwhile.
  get "$1/ip"
  ip=$value
  get "$1/network"
  network=$value
  get "$1/restart"
  restart=$value
  get "$1/status"
  status_word=$value
  paused=false
  case $status_word in
    running) running=true address=$ip ;;
    paused) running=true address=$ip paused=true ;;
    *) running=false address= ;;
  esac
  get "$1/id"
  id=$value
  get "$engine/created"
  printf '{"Id":"%s","Name":"/%s","Created":"%s",' "$id" "${1##*/}" "$value"
  if [ -e "$1/started" ]; then started=2026-01-31T12:00:00Z; else started=0001-01-01T00:00:00Z; fi
  printf '"State":{"Status":"%s","Running":%s,"Paused":%s,"Restarting":false,"Dead":false,"ExitCode":0,"StartedAt":"%s"},' \
    "$status_word" "$running" "$paused" "$started"
  get "$1/image"
  printf '"Image":"%s",' "$(image_id "$value")"
  printf '"Config":{"Hostname":"%s","Image":"%s","Entrypoint":["/bin/init"],"Labels":' "${1##*/}" "$value"
  json_labels "$1/labels"
  printf '},"HostConfig":{"NetworkMode":"%s","RestartPolicy":{"Name":"%s"},"PortBindings":' "$network" "$restart"
  json_ports "$1/publish"
  printf '},"Mounts":'
  json_mounts "$1/mounts"
  printf ',"NetworkSettings":{"Ports":'
  if [ $running = true ]; then json_ports "$1/publish"; else printf '{}'; fi
  printf ',"Networks":'
  get "$1/network_id"
  if [ -d "$1/more" ]; then
    json_more "$1/more"
  elif [ -n "$network" ]; then json_networks "$network" "$ip" "$address" "$value"; else printf '{}'; fi
  printf '}}'
}

# json_more FOLDER: a file for each network, with the address there.
json_more() {
  comma=
  printf '{'
  for file in "$1"/*; do
    [ -e "$file" ] || continue
    get "$engine/networks/${file##*/}/id"
    printf '%s"%s":{"NetworkID":"%s"}' "$comma" "${file##*/}" "$value"
    comma=,
  done
  printf '}'
}

# json_networks NETWORK PROMISED-ADDRESS ADDRESS ID
json_networks() {
  printf '{"%s":{"IPAMConfig":{"IPv4Address":"%s"},"IPAddress":"%s","NetworkID":"%s"}}' "$1" "$2" "$3" "$4"
}

json_network() {
  get "$1/id"
  printf '{"Name":"%s","Id":"%s","Driver":"bridge","Labels":' "${1##*/}" "$value"
  json_labels "$1/labels"
  get "$1/subnet"
  printf ',"IPAM":{"Driver":"default","Config":[{"Subnet":"%s"}' "$value"
  get "$1/subnet6"
  [ -z "$value" ] || printf ',{"Subnet":"%s"}' "$value"
  printf ']},"Containers":{}}'
}

json_image() {
  get "$engine/images/$1/platform"
  platform=${value:-linux/amd64}
  tags=\"$1\"
  if [ -f "$engine/images/$1/unnamed" ]; then tags=; fi
  printf '{"Id":"%s","RepoTags":[%s],"Os":"%s","Architecture":"%s","Size":572000000,"Config":{"Labels":' \
    "$(image_id "$1")" "$tags" "${platform%/*}" "${platform#*/}"
  json_labels "$engine/images/$1/labels"
  printf '}}'
}

# inspect FIND PRINT MISSING REF...
inspect() {
  find=$1 print=$2 missing=$3
  shift 3
  comma_between='' status=0 errors=''
  printf '['
  for ref in "$@"; do
    if "$find" "$ref"; then
      printf '%s' "$comma_between"
      "$print" "$found"
      comma_between=,
    else
      status=1
      # shellcheck disable=SC2059
      errors="$errors$(printf "$missing" "$ref")
"
    fi
  done
  printf ']\n'
  printf '%s' "$errors" >&2
  return $status
}

# image_id REFERENCE: one that is its own, as good as any hash; unless a test says which.
image_id() {
  get "$engine/images/$1/id"
  if [ -n "$value" ]; then echo "sha256:$value"; return; fi
  printf 'sha256:%s\n' "$(printf %s "$1" | sha256sum | cut -c 1-64)"
}

print_image_id() { image_id "$1"; }

find_image() {
  found=$1
  case $1 in
    sha256:*)
      for file in "$engine"/images/*/labels "$engine"/images/*/*/labels; do
        [ -f "$file" ] || continue
        file=${file#"$engine/images/"}
        found=${file%/labels}
        [ "$(image_id "$found")" != "$1" ] || return 0
      done
      return 1
      ;;
  esac
  [ -f "$engine/images/$1/labels" ]
}

# container_sizes REF...: what they have written.
container_sizes() {
  for ref in "$@"; do
    need_container "$ref"
    echo 2000000
  done
}

image_inspect() {
  case $1 in
    '--format={{.Id}}')
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      print_image_id "$found"
      ;;
    '--format={{.Os}}/{{.Architecture}}')
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      get "$engine/images/$found/platform"
      echo "${value:-linux/amd64}"
      ;;
    '--format={{.Size}}')
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      echo 570000000
      ;;
    '--format={{range .RootFS.Layers}}{{println .}}{{end}}')
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      printf 'sha256:%s\n\n' "$(base_layer | sha256sum | cut -c 1-64)"
      ;;
    --format=*)
      # {{index .Config.Labels "KEY"}}
      key=${1#*\"}
      key=${key%%\"*}
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      value=$(grep -e "^$key=" "$engine/images/$2/labels")
      echo "${value#*=}"
      ;;
    *) inspect find_image json_image 'Error response from daemon: No such image: %s' "$@" ;;
  esac
}
