#!/usr/bin/env bash
# On a master: waits until the named nodes are Ready, as they themselves have
# reported since SINCE (seconds since 1970; 0 for whenever). What a cluster that
# was stopped still holds is not news. Says of each that is not what it last
# reported.
# And until pods can be made, which run under an account that a controller makes.
# With 'registered' in place of SINCE the nodes need only have a Node object.
# usage: ready.sh SECONDS SINCE|registered NODE[=POD_RANGES[=LABELS]]...: ranges, with commas, are noted in
# the Node object, and so are labels, pairs of a YAML map
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
seconds=$1 since=$2 what='nodes to become Ready'
[[ $since != registered ]] || what='nodes to register'
shift 2
ranges=$(for word in "$@"; do
  IFS='=' read -r node all labels <<<"$word"
  [[ -z $all ]] ||
    printf '{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {%s}}, spec: {podCIDR: %s, podCIDRs: [%s]}}\n---\n' \
      "$node" "$labels" "${all%%,*}" "$all"
done)
set -- "${@%%=*}"

# A line for each node that is not yet well: NAME WHY.
# shellcheck disable=SC2016
template='{{range .items}}{{$name := .metadata.name}}{{range .status.conditions}}{{if eq .type "Ready"}}{{$name}} {{.status}} {{.lastHeartbeatTime}} {{.message}}{{"\n"}}{{end}}{{end}}{{end}}'
missing() {
  local nodes name status time why
  nodes=$(admin get nodes --output="go-template=$template") || {
    echo "the API does not answer"
    return
  }
  for name in "$@"; do
    status='' why=''
    # A node that is not in the list has neither; that is told below.
    read -r _ status time why < <(grep "^$name " <<<"$nodes") || true
    # Where the user installs the network, that is all that may be missing.
    if [[ ${CNI:-} == none && $why == *NetworkPluginNotReady* ]]; then status=True; fi
    if [[ $since == registered ]]; then
      [[ -n $status ]] || echo "$name has not registered"
    elif [[ $status != True ]]; then
      echo "$name ${why:-has not reported}"
    elif (($(date --date="$time" +%s) < since)); then
      echo "$name has not reported since it was started"
    fi
  done
}
all_ready() { api_listens && [[ -z $(missing "$@") ]]; }

wait_until "$seconds" "$what" all_ready "$@" || {
  missing "$@" >&2
  exit 1
}
if [[ -n $ranges ]]; then
  # Another manager's name: what an earlier apply has set stays.
  admin apply --server-side --field-manager=mok-pod-range --filename=- <<<"$ranges"
fi &
pid=$!
if [[ $since != registered ]]; then
  admin wait --for=create --timeout="$((seconds > SECONDS ? seconds - SECONDS : 1))s" \
    serviceaccount/default >/dev/null || {
    echo "pods cannot be made yet: the service account 'default' is missing" >&2
    exit 1
  }
fi
wait "$pid"
