#!/bin/sh
# Programs in containers, those that are there and those of their own.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

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
    "bash /root/mok/clone.sh "?*)
      [ -s "$found/root/root/mok/kubeadm-init.yaml" ] ||
        fail "unable to read config from \"/root/mok/kubeadm-init.yaml\""
      ;;
    "bash /root/mok/issue.sh "?*) cat "$engine/credentials.tar" ;;
    "bash /root/mok/join.sh")
      [ -s "$call/stdin" ] || fail "error: no kubeadm configuration on standard input"
      echo "This node has joined the cluster."
      ;;
    "bash /root/mok/token.sh"*)
      if [ "${3-}" = --masters ]; then cat "$engine/token-masters.txt"; else cat "$engine/token.txt"; fi
      ;;
    "bash /root/mok/settle.sh") ;;
    "bash /root/mok/revoke.sh")
      [ -s "$call/stdin" ] || fail "error: no token on standard input"
      ;;
    "bash /root/mok/leave.sh") echo "[reset] Stopping the kubelet service" ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf drain "*)
      if [ -e "$engine/forgotten/$4" ]; then fail "Error from server (NotFound): nodes \"$4\" not found"; fi
      ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf delete node "*) mkdir -p "$engine/forgotten/$5" ;;
    /usr/local/lib/mok/network.sh*) ;;
    "du "*) printf '1000000\t%s\n' /var/lib/containerd ;;
    "ctr --namespace=k8s.io images list --quiet") ;;
    "podman images --no-trunc --format={{.ID}} {{.Repository}}:{{.Tag}}") ;;
    "ctr --namespace=k8s.io images import -" | "podman load --quiet")
      if ! [ -s "$call/stdin" ] || ! tar --list --file="$call/stdin" >/dev/null 2>&1; then
        fail "$1: unrecognized image format"
      fi
      ;;
    "bash /root/mok/ready.sh "?*)
      shift 4
      printf 'node/%s condition met\n' "$@"
      ;;
    "bash /root/setup.sh"*)
      [ -x "$found/root/root/setup.sh" ] || fail "bash: /root/setup.sh: No such file or directory"
      mkdir -p "$found/root/etc/kubernetes"
      : >"$found/root/etc/kubernetes/kubelet.conf"
      ;;
    "cat /etc/mok/proxy.env") cat "$found/root$2" ;;
    "bash -c compgen -G "*" || true")
      file=${3#compgen -G }
      file=${file%% *}
      if [ -e "$found/root$file" ]; then echo "$file"; fi
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
    *" /out/kubeadm config images list --kubernetes-version "*) cat "$engine/kubeadm-images.txt" ;;
    *" /proc/1/status") printf 'Name:\tinit\nCapBnd:\t000001fffeffffff\n' ;;
    *) make_container "$1" exited ;;
  esac
}
