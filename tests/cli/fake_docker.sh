#!/bin/sh
# A docker client with its engine in one, for tests. Its state is plain files in
# ../engine beside this file; fake_docker.rs lays them out and reads them:
#   calls/N/{argv,stdin}      every call, numbered as they came (0 is a stub)
#   events                    "start N" and "end N STATUS", in order
#   containers/NAME/          id, image, network, ip, labels, publish, status, root/
#   networks/NAME/            id, subnet, labels
#   images/REFERENCE/labels
#   ports/PORT                a port that is taken; holds the container's name
#   rules/K/                  faults: what shall go wrong, and when
# Containers and networks appear and vanish in one step each, and names, ports
# and subnets are claimed with mkdir, so calls may run side by side.
# Texts and statuses are those of docker 28. What it does not know: status 97.
set -u

engine=${0%/*}/../engine
self=$0

# --- helpers -----------------------------------------------------------------

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

save_stdin() { cat >"$call/stdin"; }

# find_container REF: its folder, in $found.
find_container() {
  found=
  if [ -f "$engine/containers/$1/id" ]; then
    found=$engine/containers/$1
  elif [ -f "$engine/ids/$1" ]; then
    get "$engine/ids/$1"
    [ -f "$engine/containers/$value/id" ] && found=$engine/containers/$value
  fi
  [ -n "$found" ]
}

find_network() {
  found=
  if [ -f "$engine/networks/$1/id" ]; then
    found=$engine/networks/$1
  elif [ -f "$engine/ids/$1" ]; then
    get "$engine/ids/$1"
    [ -f "$engine/networks/$value/id" ] && found=$engine/networks/$value
  fi
  [ -n "$found" ]
}

# new_id KIND: 64 hexadecimal digits that no other call makes, in $id.
new_id() { id=$(printf '%04x%060x' "$1" "$n"); }

# has_labels FILE FILTER...: whether every KEY or KEY=VALUE is in it.
has_labels() {
  labels=$1
  shift
  for filter in "$@"; do has_label "$labels" "$filter" || return 1; done
}

has_label() {
  while IFS= read -r line; do
    case $line in "$2" | "$2="*) return 0 ;; esac
  done <"$1"
  return 1
}

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

# json_ports FILE: lines ADDRESS:PORT:TARGET/tcp.
json_ports() {
  comma=
  printf '{'
  while IFS= read -r line; do
    rest=${line#*:}
    printf '%s"%s":[{"HostIp":"%s","HostPort":"%s"}]' \
      "$comma" "${rest#*:}" "${line%%:*}" "${rest%%:*}"
    comma=,
  done <"$1"
  printf '}'
}

json_container() {
  get "$1/ip" && ip=$value
  get "$1/network" && network=$value
  get "$1/restart" && restart=$value
  get "$1/status" && status_word=$value
  case $status_word in
    running) running=true address=$ip ;;
    *) running=false address= ;;
  esac
  get "$1/id"
  printf '{"Id":"%s","Name":"/%s","Created":"2021-01-31T12:00:00.000000000Z",' "$value" "${1##*/}"
  printf '"State":{"Status":"%s","Running":%s,"Paused":false,"Restarting":false,"Dead":false,"ExitCode":0},' \
    "$status_word" "$running"
  get "$1/image"
  printf '"Config":{"Hostname":"%s","Image":"%s","Labels":' "${1##*/}" "$value"
  json_labels "$1/labels"
  printf '},"HostConfig":{"NetworkMode":"%s","RestartPolicy":{"Name":"%s"},"PortBindings":' "$network" "$restart"
  json_ports "$1/publish"
  printf '},"NetworkSettings":{"Ports":'
  if [ $running = true ]; then json_ports "$1/publish"; else printf '{}'; fi
  printf ',"Networks":{"%s":{"IPAMConfig":{"IPv4Address":"%s"},"IPAddress":"%s"}}}}' \
    "$network" "$ip" "$address"
}

json_network() {
  get "$1/id"
  printf '{"Name":"%s","Id":"%s","Driver":"bridge","Labels":' "${1##*/}" "$value"
  json_labels "$1/labels"
  get "$1/subnet"
  printf ',"IPAM":{"Driver":"default","Config":[{"Subnet":"%s"}]},"Containers":{}}' "$value"
}

json_image() {
  printf '{"Id":"%s","RepoTags":["%s"],"Size":572000000,"Config":{"Labels":' "$(image_id "$1")" "$1"
  json_labels "$engine/images/$1/labels"
  printf '}}'
}

# --- containers --------------------------------------------------------------

# container_flags FLAG...: reads the flags of create and run; the number of
# words that they are is in $flags.
container_flags() {
  flags=0 name='' restart=no network=bridge ip='' labels='' publish='' privileged='' interactive=''
  for word in "$@"; do
    case $word in
      --name=*) name=${word#*=} ;;
      --network=*) network=${word#*=} ;;
      --ip=*) ip=${word#*=} ;;
      --label=*) labels="$labels${word#*=}
" ;;
      --publish=*) publish="$publish${word#*=}
" ;;
      --privileged) privileged=yes ;;
      --interactive) interactive=yes ;;
      --restart=*) restart=${word#*=} ;;
      --hostname=* | --cap-add=* | --security-opt=* | --device-cgroup-rule=*) ;;
      --cgroupns=* | --tmpfs=* | --volume=* | --volumes-from=* | --entrypoint=*) ;;
      --rm | --pid=*) ;;
      -*) unknown ;;
      *) break ;;
    esac
    flags=$((flags + 1))
  done
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
  printf '%s' "$labels" >"$folder/labels"
  printf '%s' "$publish" >"$folder/publish"
  echo "$1" >"$folder/image"
  echo "$network" >"$folder/network"
  echo "$restart" >"$folder/restart"
  echo "$ip" >"$folder/ip"
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
  echo "$id"
}

cp_into() {
  [ "$1" = - ] || unknown
  save_stdin
  find_container "${2%%:*}" || fail "Error response from daemon: No such container: ${2%%:*}"
  [ "${2#*:}" = / ] || unknown
  tar --extract --no-same-owner --file="$call/stdin" --directory="$found/root" 2>/dev/null ||
    fail "Error response from daemon: unexpected EOF"
}

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
  [ -f "$engine/networks/$value/id" ] || cannot_start "network $value not found"
  while IFS= read -r line; do
    port=${line#*:}
    port=${port%%:*}
    mkdir "$engine/ports/$port" 2>/dev/null ||
      cannot_start "driver failed programming external connectivity on endpoint ${found##*/}: Bind for ${line%%:*}:$port failed: port is already allocated"
  done <"$found/publish"
  echo running >"$found/status"
}

cannot_start() {
  fail "Error response from daemon: $1" "Error: failed to start containers: $ref"
}

start() {
  for ref in "$@"; do
    find_container "$ref" ||
      fail "Error response from daemon: No such container: $ref" "Error: failed to start containers: $ref"
    start_one
    echo "$ref"
  done
}

free_ports() {
  while IFS= read -r line; do
    port=${line#*:}
    rmdir "$engine/ports/${port%%:*}" 2>/dev/null
  done <"$1/publish"
}

stop() {
  case ${1-} in --time=* | --timeout=*) shift ;; esac
  for ref in "$@"; do
    find_container "$ref" || fail "Error response from daemon: No such container: $ref"
    get "$found/status"
    [ "$value" != running ] || { free_ports "$found" && echo exited >"$found/status"; }
    echo "$ref"
  done
}

update() {
  case $1 in --restart=*) restart=${1#*=} ;; *) unknown ;; esac
  shift
  for ref in "$@"; do
    find_container "$ref" || fail "Error response from daemon: No such container: $ref"
    echo "$restart" >"$found/restart"
    echo "$ref"
  done
}

send_signal() {
  case $1 in --signal=*) ;; *) unknown ;; esac
  find_container "$2" || fail "Error response from daemon: No such container: $2"
  get "$found/status"
  [ "$value" = running ] || {
    get "$found/id"
    fail "Error response from daemon: cannot kill container: $2: container $value is not running"
  }
  echo "$2"
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

# --- lists -------------------------------------------------------------------

# list_flags WORD...: sets $all and $filters.
list_flags() {
  all='' filters='' format=''
  for word in "$@"; do
    case $word in
      --all) all=yes ;;
      --quiet | --no-trunc) ;;
      --format='{{.Label "'*'"}}') format=${word#*\"} format=${format%%\"*} ;;
      --filter=label=*) filters="$filters ${word#--filter=label=}" ;;
      *) unknown ;;
    esac
  done
  case $words in *--quiet*--no-trunc* | *--format=*) ;; *) unknown ;; esac
}

ps() {
  list_flags "$@"
  for folder in "$engine"/containers/*/; do
    folder=${folder%/}
    get "$folder/id"
    id=$value
    [ -n "$id" ] || continue
    get "$folder/status"
    [ -n "$all" ] || [ "$value" = running ] || continue
    # shellcheck disable=SC2086
    has_labels "$folder/labels" $filters && echo "$id"
  done
  return 0
}

network_ls() {
  list_flags "$@"
  for folder in "$engine"/networks/*/; do
    folder=${folder%/}
    get "$folder/id"
    id=$value
    [ -n "$id" ] || continue
    # shellcheck disable=SC2086
    has_labels "$folder/labels" $filters || continue
    [ -z "$format" ] || id=$(grep -e "^$format=" "$folder/labels") id=${id#*=}
    echo "$id"
  done
  return 0
}

image_ls() {
  list_flags "$@"
  find "$engine/images" -name labels | while IFS= read -r file; do
    # shellcheck disable=SC2086
    has_labels "$file" $filters || continue
    file=${file#"$engine/images/"}
    image_id "${file%/labels}"
  done
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

# image_id REFERENCE: one that is its own, as good as any hash.
image_id() { printf 'sha256:%s\n' "$(printf %s "$1" | sha256sum | cut -c 1-64)"; }

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

image_inspect() {
  case $1 in
    '--format={{.Id}}')
      find_image "$2" || fail "Error response from daemon: No such image: $2"
      image_id "$found"
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

# --- networks ----------------------------------------------------------------

network_create() {
  subnet='' labels=''
  while :; do
    case $1 in
      --driver=bridge) ;;
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
  printf '%s' "$labels" >"$folder/labels"
  echo "$1" >"$engine/ids/$id"
  echo "$id" >"$folder/id"
  echo "$id"
}

network_rm() {
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
      [ "$value" = "${folder##*/}" ] || continue
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

# --- programs in containers --------------------------------------------------

exec_in() {
  interactive=
  while :; do
    case $1 in
      --interactive) interactive=yes ;;
      --tty) ;;
      -*) unknown ;;
      *) break ;;
    esac
    shift
  done
  find_container "$1" || fail "Error response from daemon: No such container: $1"
  get "$found/status"
  [ "$value" = running ] || {
    get "$found/id"
    fail "Error response from daemon: container $value is not running"
  }
  shift
  [ -z "$interactive" ] || save_stdin
  case $* in
    "bash /root/mok/init.sh")
      [ -s "$found/root/root/mok/kubeadm-init.yaml" ] ||
        fail "unable to read config from \"/root/mok/kubeadm-init.yaml\""
      if grep -q '^UPLOAD_CERTS=yes' "$found/root/root/mok/mok.env"; then
        cat "$engine/kubeadm-init-upload-certs.txt"
      else
        cat "$engine/kubeadm-init.txt"
      fi
      ;;
    "bash /root/mok/issue.sh "?*) cat "$engine/credentials.tar" ;;
    "bash /root/mok/join.sh")
      [ -s "$call/stdin" ] || fail "error: no kubeadm configuration on standard input"
      echo "This node has joined the cluster."
      ;;
    "bash /root/mok/token.sh"*)
      if [ "${3-}" = --masters ]; then cat "$engine/token-masters.txt"; else cat "$engine/token.txt"; fi
      ;;
    "bash /root/mok/leave.sh") echo "[reset] Stopping the kubelet service" ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf "*) ;;
    /usr/local/lib/mok/network.sh*) ;;
    "ctr --namespace=k8s.io images list --quiet") ;;
    "ctr --namespace=k8s.io images import -") ;;
    "bash /root/mok/ready.sh "?*)
      shift 4
      printf 'node/%s condition met\n' "$@"
      ;;
    "cat /etc/kubernetes/admin.conf") cat "$engine/admin.conf" ;;
    *) unknown ;;
  esac
}

run() {
  container_flags "$@"
  shift "$flags"
  [ -z "$interactive" ] || save_stdin
  case $* in
    *" /proc/1/status") printf 'Name:\tinit\nCapBnd:\t000001fffeffffff\n' ;;
    *) make_container "$1" exited ;;
  esac
}

# --- images ------------------------------------------------------------------

make_image() {
  mkdir -p "$engine/images/$1"
  : >>"$engine/images/$1/labels"
}

build() {
  save_stdin
  for word in "$@"; do
    case $word in
      --tag=*) make_image "${word#*=}" ;;
      --build-arg=* | -) ;;
      *) unknown ;;
    esac
  done
  echo "Step 1/1 : FROM scratch"
  echo "Successfully built"
}

commit() {
  labels=
  while :; do
    case $1 in
      "--change=LABEL "*) labels="$labels${1#--change=LABEL }
" ;;
      --change=*) ;;
      -*) unknown ;;
      *) break ;;
    esac
    shift
  done
  find_container "$1" || fail "Error response from daemon: No such container: $1"
  make_image "$2"
  printf '%s' "$labels" >"$engine/images/$2/labels"
  printf 'sha256:%064x\n' "$n"
}

import() {
  [ "$1" = - ] || unknown
  save_stdin
  make_image "$2"
}

pull() {
  [ -f "$engine/registry/$1" ] ||
    fail "Error response from daemon: pull access denied for ${1%:*}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
  make_image "$1"
}

# --- the engine --------------------------------------------------------------

serve() {
  verb=${1-}
  [ $# = 0 ] || shift
  case $verb in
    create) create "$@" ;;
    cp) cp_into "$@" ;;
    start) start "$@" ;;
    stop) stop "$@" ;;
    rm) remove "$@" ;;
    update) update "$@" ;;
    kill) send_signal "$@" ;;
    save) cat "$engine/credentials.tar" ;;
    ps) ps "$@" ;;
    exec) exec_in "$@" ;;
    run) run "$@" ;;
    build) build "$@" ;;
    commit) commit "$@" ;;
    import) import "$@" ;;
    pull) pull "$@" ;;
    info) echo '{"ServerVersion":"28.2.2","OSType":"linux","Architecture":"x86_64","NCPU":2}' ;;
    version) echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}' ;;
    container | image | network)
      object=$verb verb=${1-}
      shift
      case "$object $verb" in
        "container inspect")
          inspect find_container json_container 'Error response from daemon: No such container: %s' "$@"
          ;;
        "image inspect") image_inspect "$@" ;;
        "image ls") image_ls "$@" ;;
        "network ls") network_ls "$@" ;;
        "network create") network_create "$@" ;;
        "network rm") network_rm "$@" ;;
        "network inspect")
          inspect find_network json_network 'Error response from daemon: network %s not found' "$@"
          ;;
        *) unknown ;;
      esac
      ;;
    *) unknown ;;
  esac
}

# --- faults ------------------------------------------------------------------

# Sets $rule to the first one that is meant for this call; empty for none. A rule
# is for the calls whose words match its glob: for the Nth of them, or for all.
find_rule() {
  for rule in "$engine"/rules/*/; do
    rule=${rule%/}
    get "$rule/glob"
    # shellcheck disable=SC2254
    case $words in
      $value)
        get "$rule/nth"
        [ -n "$value" ] || return
        ordinal=1
        until mkdir "$rule/match.$ordinal" 2>/dev/null; do ordinal=$((ordinal + 1)); done
        [ "$ordinal" != "$value" ] || return
        ;;
    esac
  done
  rule=
}

# wait_for FILE, or for the end of the test.
wait_for() {
  looks=0
  until [ -e "$1" ]; do
    looks=$((looks + 1))
    # Nobody is left to wait for.
    [ -d "$rule" ] && [ $looks -lt 6000 ] || exit 1
    sleep 0.02
  done
}

go_wrong() {
  get "$rule/action"
  : >"$rule/reached"
  case $value in
    answer)
      # Does nothing, but says so.
      cat "$rule/stdout"
      cat "$rule/stderr" >&2
      get "$rule/code"
      exit "$value"
      ;;
    garbage)
      (serve "$@") >/dev/null
      cat "$rule/stdout"
      ;;
    hang)
      # Done, but the client never says so.
      (serve "$@") >/dev/null
      exec sleep 100
      ;;
    kill)
      # Done, but the client dies before it can say so.
      (serve "$@") >/dev/null
      kill -9 $$
      ;;
    late)
      # The client dies at once; the engine does it nevertheless, a little later.
      (
        sleep 0.4
        serve "$@"
      ) </dev/null >/dev/null 2>&1 &
      kill -9 $$
      ;;
    block)
      # Until the test lets it go.
      wait_for "$rule/release"
      serve "$@"
      ;;
    *) unknown ;;
  esac
}

# --- main --------------------------------------------------------------------

claim() {
  set -- "$engine"/calls/*
  n=$#
  until mkdir "$engine/calls/$n" 2>/dev/null; do n=$((n + 1)); done
  call=$engine/calls/$n
}

[ -d "$engine" ] || fail "fake docker: no engine beside $self"
words=$*
claim
printf '%s\0' "$@" >"$call/argv"
echo "start $n" >>"$engine/events"
trap 'echo "end $n $?" >>"$engine/events"' EXIT
find_rule
if [ -n "$rule" ]; then go_wrong "$@"; else serve "$@"; fi
