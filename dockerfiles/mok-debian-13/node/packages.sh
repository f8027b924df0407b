#!/usr/bin/env bash
# Installs what a node runs of Debian's packages and nothing beside it.
set -euo pipefail

# haproxy's package starts its service where there is a service manager; a build has
# none, and policy-rc.d keeps it so elsewhere.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

apt-get update
# apparmor: containerd loads its profile with it, on hosts that have AppArmor.
# conntrack, iptables, mount, nftables, socat: called by kubelet and kube-proxy.
# crun, runc: containerd runs containers with the second, or the first where a pod's
# RuntimeClass says so. haproxy: the load balancer. docker-registry: 'create registry'.
# ethtool, procps, iproute2: for debugging; iproute2 also sets the routes.
# openssl: for the way by hand.
apt-get install -y --no-install-recommends \
  apparmor ca-certificates conntrack crun docker-registry ethtool haproxy iproute2 iptables kmod libnss-myhostname \
  mount nftables openssl procps runc socat systemd util-linux

# A base of mmdebstrap's keeps the archives of what is installed.
apt-get clean
rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/* /var/cache/apt/*.bin \
  /var/log/* /usr/share/doc/* /usr/share/man/*
