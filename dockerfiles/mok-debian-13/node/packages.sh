#!/usr/bin/env bash
# Installs what a node runs and nothing beside it.
# env: KUBERNETES_VERSION
set -euo pipefail

# haproxy's package starts its service where there is a service manager.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

apt-get update
# conntrack, iptables, mount, socat: called by kubelet and kube-proxy.
# podman and crun: for `mokctl load image`; it has the storage of CRI-O.
# ethtool, procps, iproute2: for who looks inside; iproute2 also sets the routes.
apt-get install -y --no-install-recommends \
  ca-certificates conntrack containernetworking-plugins crun ethtool haproxy iproute2 \
  iptables kmod libnss-myhostname mount podman procps socat systemd util-linux

# The project's own: one revision of it, whichever that is. Their dependencies are
# above, or would bring a second set of CNI plugins along.
release=${KUBERNETES_VERSION#v}
apt-get install -y --no-install-recommends \
  cri-o cri-tools "kubeadm=$release-*" "kubectl=$release-*" "kubelet=$release-*"

# An example that CRI-O would take for the cluster's network, and the kubelet's unit:
# ours are in files/.
rm -f /etc/cni/net.d/*
rm -rf /usr/lib/systemd/system/kubelet.service{,.d}

apt-get clean
rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/* /var/cache/apt/*.bin \
  /var/log/* /usr/share/doc/* /usr/share/man/*
