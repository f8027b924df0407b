#!/usr/bin/env bash
# What the other scripts of this folder share. mok.env holds the values: they are
# data, quoted by mokctl.

# shellcheck source=/dev/null
. /root/mok/mok.env

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
# The kubelet makes them when it starts its first pod, which it does once it has
# seen the runtime well; before that it would report the node as not ready.
first_pod_starts() { compgen -G '/var/log/pods/*' >/dev/null; }

# take_pod_range KUBECONFIG: sets this node's pod range in its Node object as soon
# as its kubelet has registered it, runs pods and knows of storage (its CSINode
# object). A kubelet that finds its range reports its node's state at once, not at
# its next status update ten seconds later; that state is to be Ready.
take_pod_range() {
  local kubectl=(kubectl "--kubeconfig=$1")
  storage_is_known() { "${kubectl[@]}" get csinode "$NODE" --output=name; }
  patch_node() {
    "${kubectl[@]}" patch node "$NODE" --output=name \
      --patch="{\"spec\":{\"podCIDR\":\"$POD_RANGE\",\"podCIDRs\":[\"$POD_RANGE\"]}}"
  }
  wait_until 240 "the first pod" first_pod_starts
  wait_until 240 "the API server" api_listens
  wait_until 240 "the CSINode object" storage_is_known
  wait_until 240 "the Node object" patch_node
}

# follow_renewal: a kubelet keeps its client certificate in a file of its own, and
# renews it there before its year is over. A kubelet.conf with the first
# certificate in it would stop the kubelet from starting after that year: it is to
# name the file, as kubeadm's own do.
follow_renewal() {
  local current=/var/lib/kubelet/pki/kubelet-client-current.pem
  [[ -s $current ]] || return 0
  sed --in-place \
    --expression="s|client-certificate-data: .*|client-certificate: $current|" \
    --expression="s|client-key-data: .*|client-key: $current|" /etc/kubernetes/kubelet.conf
}

# init_master PHASES: kubeadm init without these phases, with commas, until this node
# has reported.
init_master() {
  local phases=$1 flags=(--config=/root/mok/kubeadm-init.yaml)
  take_pod_range /etc/kubernetes/admin.conf >&2 &
  local taking=$!
  if [[ -n $phases ]]; then flags+=("--skip-phases=$phases"); fi
  # kubelet-finalize restarts the kubelet, whose first report is that the node is not
  # Ready: after `create` has said that it is. What it is for, follow_renewal does.
  # Where masters will join, though, the restart is wanted: it makes the pods of this
  # one's control plane known to the API at once, and kubeadm looks there for etcd;
  # without it each join waits half a minute, twice.
  if [[ -z $UPLOAD_CERTS ]]; then flags+=(--skip-phases=kubelet-finalize); fi
  if [[ -n $SKIP_INIT_PHASES ]]; then flags+=("--skip-phases=$SKIP_INIT_PHASES"); fi
  if [[ -n $PATCHES ]]; then flags+=("--experimental-patches=$PATCHES"); fi
  # For further masters: their certificates, encrypted, in the cluster for two hours.
  if [[ -n $UPLOAD_CERTS ]]; then flags+=(--upload-certs); fi
  kubeadm init "${flags[@]}"
  wait "$taking"
  follow_renewal
}
