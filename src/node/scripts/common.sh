#!/usr/bin/env bash
# What the other scripts of this folder share. mok.env holds the values: they are
# data, quoted by mokctl.

# shellcheck source=/dev/null
. /root/mok/mok.env
# For kubeadm and kubectl: they end before their garbage is worth a collector's time.
export GOGC=800

# wait_until SECONDS WHAT COMMAND...: looks ten times a second, and where a look takes longer
# than that it pauses as long, so that what is waited for gets on; fails with one line that
# says what did not come, and with what the last look said.
wait_until() {
  local seconds=$1 what=$2 trouble looked took
  shift 2
  local deadline=$((SECONDS + seconds))
  looked=$(microseconds)
  # The command's output goes where it went; what it complains of is kept.
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

# Since 1970; the locale may write a comma.
microseconds() { echo "${EPOCHREALTIME/[.,]/}"; }

wait_for_runtime() {
  wait_until "$PATIENCE" "the container runtime, $CRI_SOCKET" test -S "$CRI_SOCKET"
}

# Asked before it answers, kubectl takes the CPU that the control plane starts with.
api_listens() {
  # An IPv6 address stands in brackets, but not here.
  local host=${ENDPOINT%:*}
  : <>"/dev/tcp/${host//[][]/}/${ENDPOINT##*:}"
}

# kubeadm_init PHASES: all of `kubeadm init` but these and those that the image leaves out.
kubeadm_init() {
  kubeadm init --config=/root/mok/kubeadm-init.yaml \
    --skip-phases="$1${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
}

# as_super_admin FUNCTION: runs it with super-admin.conf in admin.conf's place. The API server
# accepts that user from its first answer on, but admin.conf's only when it has made its own
# roles, and kubeadm asks for them every half second. No other process sees the mount.
as_super_admin() {
  export SKIP_INIT_PHASES
  unshare --mount bash -c "set -euo pipefail; $(declare -f kubeadm_init "$1")
    mount --bind /etc/kubernetes/super-admin.conf /etc/kubernetes/admin.conf
    $1"
}

# Fails where a filter drops packets between nodes: kubeadm would ask for minutes, and not
# know why. A port where nothing listens yet refuses at once, which says that packets arrive.
# A first packet that gets no answer is sent again after 1, 3, 7 and 15 s.
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

# in_etcd ARGUMENT...: etcdctl, of the image of the etcd that runs here. The API may not
# know of its pod for half a minute.
in_etcd() {
  local pki=/etc/kubernetes/pki/etcd
  ETCDCTL_ENDPOINTS=$ETCD chroot "/proc/$(pgrep --exact etcd)/root" etcdctl \
    --cacert="$pki/ca.crt" --cert="$pki/server.crt" --key="$pki/server.key" "$@"
}
