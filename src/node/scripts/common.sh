#!/usr/bin/env bash
# What the other scripts of this folder share. mok.env holds the values: they are
# data, quoted by mokctl.

# shellcheck source=/dev/null
. /root/mok/mok.env

# wait_until SECONDS WHAT COMMAND...: looks ten times a second; fails with one
# line that says what did not come.
wait_until() {
  local seconds=$1 what=$2
  shift 2
  local deadline=$((SECONDS + seconds))
  until "$@" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      echo "waited $seconds s for $what" >&2
      return 1
    fi
    sleep 0.1
  done
}

runtime_answers() { [[ -S $CRI_SOCKET ]]; }
wait_for_runtime() { wait_until 60 "the container runtime, $CRI_SOCKET" runtime_answers; }

# take_pod_range KUBECONFIG: sets this node's pod range in its Node object as soon
# as the kubelet has registered it. A kubelet that sees its range reports its node
# Ready at once, not at its next status update ten seconds later.
take_pod_range() {
  local kubectl=(kubectl "--kubeconfig=$1") registered
  api_answers() { "${kubectl[@]}" get --raw=/readyz >/dev/null; }
  wait_until 240 "the API server" api_answers
  registered=$("${kubectl[@]}" get nodes --field-selector="metadata.name=$NODE" \
    --watch --output=name | head --lines=1 || true)
  "${kubectl[@]}" patch "$registered" --output=name \
    --patch="{\"spec\":{\"podCIDR\":\"$POD_RANGE\",\"podCIDRs\":[\"$POD_RANGE\"]}}"
}
