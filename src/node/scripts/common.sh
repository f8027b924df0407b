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
# One kubectl carries all requests: while nodes join, each start of one takes up to
# a second. It lets two paths through, to this node alone. Runs in a subshell.
take_pod_range() {
  local kubeconfig=$1 lines address
  local object="/api/v1/nodes/$NODE" storage="/apis/storage.k8s.io/v1/csinodes/$NODE"
  # A kubelet that has yet to ask for its certificate names the file in there already.
  credentials_are_there() {
    local file
    [[ -s $kubeconfig ]] || return
    file=$(sed --quiet 's/^ *client-certificate: //p' "$kubeconfig")
    [[ -z $file || -s $file ]]
  }
  wait_until 240 "credentials in $kubeconfig" credentials_are_there
  exec {lines}< <(exec kubectl proxy --kubeconfig="$kubeconfig" --port=0 \
    --accept-paths="^$object\$,^$storage\$")
  # shellcheck disable=SC2064
  trap "kill $!" EXIT
  # Starting to serve on ADDRESS:PORT
  read -r _ _ _ _ address <&"$lines"

  # request METHOD PATH BODY: whether that went well.
  request() {
    local connection status
    exec {connection}<>"/dev/tcp/${address/://}"
    printf '%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s' \
      "$1" "$2" application/strategic-merge-patch+json ${#3} "$3" >&"$connection"
    read -r -t 30 _ status <&"$connection"
    exec {connection}>&-
    [[ $status == 200* ]] || { echo "the API says: $status" >&2 && return 1; }
  }
  wait_until 240 "the first pod" first_pod_starts
  wait_until 240 "the API server" api_listens
  wait_until 240 "the CSINode object" request GET "$storage" ''
  wait_until 240 "the Node object" request PATCH "$object" \
    "{\"spec\":{\"podCIDR\":\"$POD_RANGE\",\"podCIDRs\":[\"$POD_RANGE\"]}}"
}

# serving_certificate: the one that a kubelet makes itself at its first start, with a
# key like all others of the cluster. Its own would be RSA, which takes half a second
# of a core. Without openssl it is the kubelet's to make.
serving_certificate() {
  local pki=/var/lib/kubelet/pki
  if [[ -e $pki/kubelet.key ]]; then return; fi
  mkdir -p "$pki"
  openssl req -x509 -config - -extensions kubelet -days 365 -subj "/CN=$NODE" \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$pki/kubelet.key" -out "$pki/kubelet.crt" \
    2>/dev/null <<OPENSSL || rm --force "$pki"/kubelet.{key,crt}
[req]
distinguished_name = name
[name]
[kubelet]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$NODE
OPENSSL
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

# tell_of_master SKIPPED: what `kubeadm init` does once its node is there: it keeps
# its configuration in the cluster and marks the node as a master. Before each of
# three changes to the Node object it waits half a second; here that passes while
# the control plane becomes well. SKIPPED: phases to leave out, with commas.
tell_of_master() {
  local config=--config=/root/mok/kubeadm-init.yaml
  upload_config() { kubeadm init phase upload-config all "$config" >&2; }
  local marking=''
  if [[ ,$1, != *,mark-control-plane,* ]]; then
    kubeadm init phase mark-control-plane "$config" &
    marking=$!
  fi
  # Its namespace may not be there yet.
  if [[ ,$1, != *,upload-config,* ]]; then
    wait_until 60 "kubeadm's configuration in the cluster" upload_config
  fi
  if [[ -n $marking ]]; then wait "$marking"; fi
}

# init_master PHASES: kubeadm init without these phases, with commas, until this node
# has reported.
init_master() {
  local phases=$1 flags=(--config=/root/mok/kubeadm-init.yaml)
  if [[ -n $SKIP_INIT_PHASES ]]; then phases+=,$SKIP_INIT_PHASES; fi
  serving_certificate
  {
    take_pod_range /etc/kubernetes/admin.conf
    tell_of_master "$phases"
  } >&2 &
  local taking=$!
  # kubelet-finalize restarts the kubelet, whose first report is that the node is not
  # Ready: after `create` has said that it is. What it is for, follow_renewal does.
  # Where masters will join, though, the restart is wanted: it makes the pods of this
  # one's control plane known to the API at once, and kubeadm looks there for etcd;
  # without it each join waits half a minute, twice.
  if [[ -z $UPLOAD_CERTS ]]; then phases+=,kubelet-finalize; fi
  phases+=,upload-config,mark-control-plane
  flags+=("--skip-phases=${phases#,}")
  if [[ -n $PATCHES ]]; then flags+=("--experimental-patches=$PATCHES"); fi
  # For further masters: their certificates, encrypted, in the cluster for two hours.
  if [[ -n $UPLOAD_CERTS ]]; then flags+=(--upload-certs); fi
  kubeadm init "${flags[@]}"
  wait "$taking"
  follow_renewal
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
