#!/bin/sh
# Programs in containers, those that are there and those that it starts.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

# Where the container has the cluster's authorities.
authorities() {
  pki=$found/root/root/mok/new/etc/kubernetes/pki
  [ -d "$pki" ] || pki=$found/root/etc/kubernetes/pki
}

# Prints a file with the hash of the authority that the container has: that of the public
# key in its certificate, 91 bytes that begin alike for all keys on P-256.
of_this_cluster() {
  authorities
  sed '/^-----/d' "$pki/ca.crt" | base64 --decode >"$call/ca.der"
  start=$(grep --byte-offset --only-matching --text --perl-regexp '\x30\x59\x30\x13\x06\x07' "$call/ca.der" |
    head -n 1 | cut -d : -f 1)
  hash=$(tail -c "+$((start + 1))" "$call/ca.der" | head -c 91 | sha256sum | cut -d ' ' -f 1)
  sed "s/@HASH@/sha256:$hash/" "$1"
}

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
  need_container "$1"
  get "$found/status"
  [ "$value" != paused ] ||
    fail "Error response from daemon: Container $1 is paused, unpause the container before exec"
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
      new_cluster
      of_this_cluster "$engine/kubeadm-init.txt"
      ;;
    "bash /root/mok/clone.sh")
      [ -s "$found/root/root/mok/kubeadm-init.yaml" ] ||
        fail "unable to read config from \"/root/mok/kubeadm-init.yaml\""
      new_cluster
      of_this_cluster "$engine/token.txt"
      ;;
    "kubectl --kubeconfig=/etc/kubernetes/super-admin.conf get "*" --all-namespaces --output=json")
      cat "$engine/objects/$4.json"
      ;;
    "kubectl --kubeconfig=/etc/kubernetes/"*"admin.conf "*" --filename=-")
      [ -s "$call/stdin" ] || fail "error: no objects passed to $3"
      ;;
    "kubeadm init --config=/root/mok/kubeadm-init.yaml --skip-phases="*) ;;
    "bash /root/mok/control_plane.sh")
      [ -s "$found/root/root/mok/patches/etcd~members+json.json" ] ||
        fail "open /root/mok/patches: no such file or directory"
      ;;
    "bash /root/mok/finish.sh") ;;
    "bash /root/mok/addons.sh")
      mkdir -p "$found/root/etc/systemd/system/multi-user.target.wants"
      : >"$found/root/etc/systemd/system/multi-user.target.wants/mok-addons.service"
      ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf get deployments,daemonsets,pods --all-namespaces --output=json")
      # When that is asked for the second time, they are installed.
      rm -f "$found/root/etc/systemd/system/multi-user.target.wants/mok-addons.service"
      echo '{"items":[]}'
      ;;
    "tar --create --directory=/etc/kubernetes/pki "*)
      shift 3
      authorities
      tar --create --directory="$pki" "$@"
      ;;
    "bash /root/mok/join.sh")
      [ -s "$call/stdin" ] || fail "error: no kubeadm configuration on standard input"
      [ ! -e "$log/nodes/${found##*/}" ] ||
        fail "error execution phase kubelet-start: a Node with name \"${found##*/}\" and status \"Ready\" already exists in the cluster"
      register "${found##*/}"
      echo "This node has joined the cluster."
      ;;
    "kubeadm token create --print-join-command --config=/root/mok/kubeadm-init.yaml")
      of_this_cluster "$engine/token.txt"
      ;;
    "bash /root/mok/revoke.sh "?*) ;;
    "bash /root/mok/leave.sh") echo "[reset] Stopping the kubelet service" ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf drain "*)
      [ -e "$log/nodes/$4" ] || fail "Error from server (NotFound): nodes \"$4\" not found"
      : >"$log/cordoned/$4"
      ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf delete node "*) rm -f "$log/nodes/$5" ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout="*" get --raw=/api/v1/nodes") json_nodes ;;
    "bash /root/mok/remove_member.sh "?*) ;;
    /usr/local/lib/mok/network.sh*) ;;
    "du "*) printf '1000000\t%s\n' /var/lib/containerd ;;
    "ctr --namespace=k8s.io images list")
      echo "REF TYPE DIGEST SIZE PLATFORMS LABELS"
      # Under its name and under the digest of its configuration.
      node_images | while read -r name id; do
        printf '%s\tapplication/vnd.oci  sha256:m%s 4.4 MiB\n' "$name" "${id#*:}" "$id" "${id#*:}"
      done
      ;;
    "podman images --no-trunc --format={{.ID}} {{.Repository}}:{{.Tag}}")
      node_images | while read -r name id; do echo "$id $name"; done
      ;;
    "ctr --namespace=k8s.io images import -" | "podman load --quiet")
      tar --extract --to-stdout --file="$call/stdin" node-images >"$call/imported" 2>/dev/null ||
        fail "$1: unrecognized image format"
      # A name is moved to what comes in.
      { cat "$call/imported" && node_images; } | sort --unique --stable --key=1,1 >"$call/node-images"
      mv "$call/node-images" "$found/node-images"
      ;;
    "bash /root/mok/ready.sh "?*)
      shift 4
      register "$@"
      printf 'node/%s condition met\n' "$@"
      ;;
    "bash /root/setup.sh"*)
      [ -x "$found/root/root/setup.sh" ] || fail "bash: /root/setup.sh: No such file or directory"
      case $found in *-lb) ;; *) register "${found##*/}" ;; esac
      tar --extract --file="$engine/by-hand.tar" --directory="$found/root"
      ;;
    "cat /etc/mok/proxy.env" | "cat /etc/mok/settings.json") cat "$found/root$2" ;;
    "bash -c until true >/dev/tcp/"*) ;;
    "bash -c compgen -G "*" || true")
      file=${3#compgen -G }
      file=${file%% *}
      if [ -e "$found/root$file" ]; then echo "$file"; fi
      ;;
    "cat /etc/kubernetes/admin.conf") cat "$engine/admin.conf" ;;
    *) upgrade_in "$@" ;;
  esac
}

# register NODE[=POD_RANGE]...: what kubelets do that start.
register() {
  for node in "$@"; do
    node=${node%%=*}
    [ ! -e "$log/nodes/$node" ] || continue
    get "$engine/containers/$node/ip"
    echo "$value" >"$log/nodes/$node"
  done
}

# new_cluster: knows no node but the first, $found.
new_cluster() {
  name=${found##*/}
  rm -f "$log/nodes/${name%-master-1}"-master-* "$log/nodes/${name%-master-1}"-worker-*
  register "$name"
}

# What the API server lists.
json_nodes() {
  comma=
  printf '{"items":['
  for node in "$log"/nodes/*; do
    [ -e "$node" ] || continue
    get "$node"
    printf '%s{"metadata":{"name":"%s"},"spec":{"unschedulable":%s},' "$comma" "${node##*/}" \
      "$(if [ -e "$log/cordoned/${node##*/}" ]; then echo true; else echo false; fi)"
    printf '"status":{"conditions":[{"type":"Ready","status":"%s"}],"addresses":[' \
      "$(if [ -e "$log/not-ready/${node##*/}" ]; then echo Unknown; else echo True; fi)"
    printf '{"type":"InternalIP","address":"%s"}],"nodeInfo":{"kubeletVersion":"v1.37.2"}}}' "$value"
    comma=,
  done
  printf ']}\n'
}

# What the API server of a node image says of its flags.
api_server() {
  case $* in
    *--feature-gates=*NoSuchGate=*) said='unrecognized feature gate: NoSuchGate' ;;
    *--runtime-config=nosuch/*) said='[--etcd-servers must be specified, unknown api groups nosuch/v1]' ;;
    *) said='[--etcd-servers must be specified]' ;;
  esac
  fail "E1128 12:00:00.000000 1 run.go:72] \"command failed\" err=\"$said\""
}

node_images() { cat "$found/node-images" 2>/dev/null; }

run() {
  container_flags "$@"
  shift "$flags"
  [ -z "$interactive" ] || save_stdin
  case $* in
    *" /out/kubeadm config images list --kubernetes-version "*) cat "$engine/kubeadm-images.txt" ;;
    *" config images list --kubernetes-version="*) cat "$engine/kubeadm-images.txt" ;;
    *" init --help") echo '  RootlessControlPlane=true|false (ALPHA - default=false)' ;;
    *" -c exec /usr/lib/mok/snapshots/"*) api_server "$@" ;;
    *" config validate --config=/dev/stdin")
      ! grep -q noSuchField "$call/stdin" ||
        fail 'error: strict decoding error: unknown field "apiServer.noSuchField"' "To see the stack trace"
      ;;
    *" --config=/dev/stdin config dump")
      ! grep -q noSuchTable "$call/stdin" ||
        fail 'time="x" level=error msg="Failure"' "containerd: failed to unmarshal TOML at row 1 column 2"
      ;;
    *" /etc/mok/settings.json") cat "$engine/images/$1/root$2" ;;
    *" /proc/1/status") printf 'Name:\tinit\nCapBnd:\t000001fffeffffff\n' ;;
    *) make_container "$1" exited ;;
  esac
}
