#!/usr/bin/env bash
# What the other scripts of this folder share. mok.env holds the values: they are
# data, quoted by mokctl.

# shellcheck source=/dev/null
. /root/mok/mok.env
# For kubeadm and kubectl: they end before their garbage is worth a collector's time.
export GOGC=800

# wait_until SECONDS WHAT COMMAND...: looks ten times a second; fails with one
# line that says what did not come, and with what the last look said.
wait_until() {
  local seconds=$1 what=$2 trouble
  shift 2
  local deadline=$((SECONDS + seconds))
  # The command's output goes where it went; what it complains of is kept.
  until { trouble=$("$@" 2>&1 >&3); } 3>&1; do
    if ((SECONDS >= deadline)); then
      echo "waited $seconds s for $what${trouble:+: $trouble}" >&2
      return 1
    fi
    sleep 0.1
  done
}

# shellcheck source=src/node/scripts/certificates.sh
. /root/mok/certificates.sh

runtime_answers() { [[ -S $CRI_SOCKET ]]; }
wait_for_runtime() { wait_until 60 "the container runtime, $CRI_SOCKET" runtime_answers; }

admin() { kubectl --kubeconfig=/etc/kubernetes/admin.conf "$@"; }

# wait_for_signature TOKEN_ID: until the control plane has signed its discovery
# information for that token. A node that joins looks for it once, and then only
# every five seconds again: it is to find it.
wait_for_signature() {
  local token=$1
  signed() {
    admin --namespace=kube-public get configmap cluster-info --output=yaml |
      grep --quiet "^  jws-kubeconfig-$token"
  }
  wait_until 60 "the signature of the cluster's discovery information" signed
}

# A connection alone: cheap enough to try often while the API server wants the CPU.
api_listens() { : <>"/dev/tcp/${ENDPOINT/://}"; }
# Whether a kubelet would report its node as Ready: it has seen the runtime well (then it
# opens its socket for device plugins) and has looked for containers (just before it says
# that its loop starts). When its first pod starts both are long past.
kubelet_is_well() {
  if compgen -G '/var/log/pods/*' >/dev/null; then return; fi
  [[ -S /var/lib/kubelet/device-plugins/kubelet.sock &&
    $(journalctl --unit=kubelet --output=cat --no-pager) == *'kubelet main sync loop'* ]]
}

# open_api KUBECONFIG PATH...: one kubectl for all that `request` asks: while a cluster
# starts, each start of one takes up to a second. It lets these paths through, from this
# node alone, until the shell ends that has opened it.
open_api() {
  local kubeconfig=$1 paths lines
  shift
  printf -v paths '^%s$,' "$@"
  exec {lines}< <(exec kubectl proxy --kubeconfig="$kubeconfig" --port=0 \
    --accept-paths="${paths%,}")
  # shellcheck disable=SC2064
  trap "kill $!" EXIT
  # Starting to serve on ADDRESS:PORT
  read -r _ _ _ _ API <&"$lines"
}

# request METHOD PATH [PATCH]: prints the object that the API answers with, in JSON.
# An API server listens seconds before it answers: the first request waits for it.
request() {
  local patch=${3:-} connection answer
  api_listens || return
  exec {connection}<>"/dev/tcp/${API/://}"
  printf '%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s' \
    "$1" "$2" application/strategic-merge-patch+json ${#patch} "$patch" >&"$connection"
  IFS= read -r -d '' -t 30 answer <&"$connection" || [[ -n $answer ]]
  exec {connection}>&-
  # HTTP/1.0 200 OK
  [[ ${answer%%$'\r'*} == *' 200 '* ]] || { echo "the API says: ${answer%%$'\r'*}" >&2 && return 1; }
  printf '%s' "${answer#*$'\r\n\r\n'}"
}

THIS_NODE=/api/v1/nodes/$NODE
THIS_STORAGE=/apis/storage.k8s.io/v1/csinodes/$NODE
# take_pod_range: sets this node's pod range in its Node object as soon as its kubelet
# has registered it, has seen the runtime and knows of storage (its CSINode object). A
# kubelet that finds its range reports its node's state at once, not at its next status
# update ten seconds later; that state is to be Ready. The API is open, for these two.
take_pod_range() {
  wait_until 240 "the kubelet to see the runtime" kubelet_is_well
  wait_until 240 "the CSINode object" request GET "$THIS_STORAGE" >/dev/null
  wait_until 240 "the Node object" request PATCH "$THIS_NODE" \
    "{\"spec\":{\"podCIDR\":\"$POD_RANGE\",\"podCIDRs\":[\"$POD_RANGE\"]}}" >/dev/null
}

# On the first master from `kubeadm init` until start_addons.
ADDONS_MARK=/root/mok/addons
# start_addons: what the image brings along for a cluster, if it does, once. Nobody
# waits for it.
start_addons() {
  [[ -e $ADDONS_MARK ]] || return 0
  rm "$ADDONS_MARK"
  if [[ -e /etc/systemd/system/mok-addons.service ]]; then
    systemctl start --no-block mok-addons.service
  fi
}
