#!/usr/bin/env bash
# Functions that the other scripts of this folder share. mok.env has the values, which mokctl has
# quoted.

# shellcheck source=/dev/null
. /root/mok/mok.env
# For kubeadm and kubectl, which exit before garbage collection would pay off.
export GOGC=800

# wait_until SECONDS WHAT COMMAND...: runs COMMAND ten times a second until it succeeds. If COMMAND
# takes longer than that, pauses as long, to leave the CPU to what is waited for. On failure prints
# one line with WHAT, and the last error output of COMMAND.
wait_until() {
  local seconds=$1 what=$2 trouble looked took
  shift 2
  local deadline=$((SECONDS + seconds))
  looked=$(microseconds)
  # The command's standard output is passed through; its standard error is kept.
  until { trouble=$("$@" 2>&1 >&3); } 3>&1; do
    if ((SECONDS >= deadline)); then
      echo "waited $seconds s for $what${trouble:+: $trouble}" >&2
      return 1
    fi
    took=$(($(microseconds) - looked))
    ((took > 100000)) || took=100000
    ((took < 999999)) || took=999999
    sleep "0.$took"
    looked=$(microseconds)
  done
}

# Prints the microseconds since 1970. Some locales have a comma in EPOCHREALTIME.
microseconds() { echo "${EPOCHREALTIME/[.,]/}"; }

wait_for_runtime() {
  wait_until "$PATIENCE" "the container runtime, $CRI_SOCKET" test -S "$CRI_SOCKET"
}

# Checks the port first: a kubectl that fails would use CPU time that the control plane needs.
api_listens() {
  # An IPv6 address has brackets in ENDPOINT, but must not have them here.
  local host=${ENDPOINT%:*}
  : <>"/dev/tcp/${host//[][]/}/${ENDPOINT##*:}"
}

# kubeadm_init PHASES: runs `kubeadm init` without these phases and those that the image skips.
kubeadm_init() {
  kubeadm init --config=/root/mok/kubeadm-init.yaml \
    --skip-phases="$1${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
}

# as_super_admin FUNCTION: runs FUNCTION with super-admin.conf in admin.conf's place. The API server
# accepts that user from its first answer on, but admin.conf's user only after it has created its
# roles, for which kubeadm polls every half second. Other processes do not see the mount.
as_super_admin() {
  export SKIP_INIT_PHASES
  unshare --mount bash -c "set -euo pipefail; $(declare -f kubeadm_init "$1")
    mount --bind /etc/kubernetes/super-admin.conf /etc/kubernetes/admin.conf
    $1"
}

# Fails if a firewall drops packets between nodes: kubeadm would try for minutes, without a clear
# error. A port on which nothing listens yet refuses immediately, so packets do arrive. A first
# packet without an answer is sent again after 1, 3, 7 and 15 s.
api_answers() {
  local status=0
  ENDPOINT=$ENDPOINT timeout 20 bash -c "$(declare -f api_listens); api_listens" 2>/dev/null ||
    status=$?
  if ((status == 124)); then # what timeout says
    echo "no packet comes back from the API server, $ENDPOINT: something drops them between nodes" >&2
    return 1
  fi
}

admin() { kubectl --kubeconfig=/etc/kubernetes/admin.conf "$@"; }

# in_etcd ARGUMENT...: runs etcdctl from the image of the etcd on this node. Not with kubectl: the
# API may not list etcd's pod for half a minute.
in_etcd() {
  local pki=/etc/kubernetes/pki/etcd
  ETCDCTL_ENDPOINTS=$ETCD chroot "/proc/$(pgrep --exact etcd)/root" etcdctl \
    --cacert="$pki/ca.crt" --cert="$pki/server.crt" --key="$pki/server.key" "$@"
}
