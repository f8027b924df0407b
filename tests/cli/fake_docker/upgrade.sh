#!/bin/sh
# Nodes move to another image.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

rename() {
  need_container "$1"
  [ ! -d "$engine/containers/$2" ] ||
    fail "Error response from daemon: Error when allocating new name: Conflict. The container name \"/$2\" is already in use"
  get "$found/id"
  echo "$2" >"$engine/ids/$value"
  mv "$found" "$engine/containers/$2"
}

# What is below the folders that it was made with.
diff() {
  need_container "$1"
  echo "C /etc"
  (cd "$found/root" && find . -mindepth 1 | sed 's|^\.|A |' | sort)
}

# upgrade_in WORD...: what kubeadm and kubectl have to do in $found.
upgrade_in() {
  case $* in
    "cat /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env")
      echo "kind: KubeletConfiguration"
      [ ! -e "$found/upgraded" ] || echo "new: true"
      ;;
    "kubeadm upgrade apply phase addon all v"*) echo "[addons] Applied essential addon: CoreDNS" ;;
    "kubeadm upgrade apply v"*" --yes --skip-phases=preflight,addon"* | \
      "kubeadm upgrade node --skip-phases=preflight,addon"*)
      : >"$found/upgraded"
      ;;
    "kubeadm upgrade plan v"*) echo "[upgrade/versions] Target version: $4" ;;
    "systemctl restart kubelet") ;;
    "kubectl --kubeconfig=/etc/kubernetes/admin.conf uncordon "*)
      rm -f "$log/cordoned/$4"
      echo "node/$4 uncordoned"
      ;;
    "kubectl "*" get deployment/coredns daemonset/kube-proxy --ignore-not-found --output=name")
      echo deployment.apps/coredns
      echo daemonset.apps/kube-proxy
      ;;
    "kubectl "*" get configmap/kubeadm-config --output=json")
      printf '%s\n' '{"metadata":{"name":"kubeadm-config"},"data":{"ClusterConfiguration":"dns:\n  disabled: true\n"}}'
      ;;
    *) unknown ;;
  esac
}
