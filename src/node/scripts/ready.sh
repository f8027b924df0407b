#!/usr/bin/env bash
# Runs on a master: waits until the given nodes are Ready and have reported that after SINCE
# (seconds since 1970; 0 for any time), because a cluster that was stopped still has old reports.
# Then waits until pods can be created, for which a controller must have made a service account. On
# failure prints the last report of each node that is not Ready. With 'registered' instead of
# SINCE, nodes only need a Node object.
# usage: ready.sh SECONDS SINCE|registered NODE[=POD_RANGES[=LABELS]]...
# POD_RANGES (comma-separated) and LABELS (pairs of a YAML map) are written to the Node object.
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

# Prints a line for each node that is not as it must be: NAME WHY.
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
    # A node that is not in the list has no status, which is handled below.
    read -r _ status time why < <(grep "^$name " <<<"$nodes") || true
    # If the user installs the pod network, a node may lack only that.
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
  # A field manager for these fields only: those of earlier applies stay.
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
