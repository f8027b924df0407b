#!/usr/bin/env bash
# Installs the Debian packages of a node, without recommended ones.
set -euo pipefail

# haproxy's package would start its service if there were a service manager. A build has none, and
# elsewhere policy-rc.d prevents it.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

apt-get update
# apparmor: containerd loads its profile with it on hosts with AppArmor.
# conntrack, iptables, mount, nftables, socat: kubelet and kube-proxy call them.
# crun, runc: containerd runs containers with runc, or with crun for pods with that RuntimeClass.
# haproxy: the load balancer. docker-registry: 'create registry'.
# ethtool, procps, iproute2: for debugging; iproute2 also sets the routes.
# openssl: for the tutorial's manual setup.
apt-get install -y --no-install-recommends \
  apparmor ca-certificates conntrack crun docker-registry ethtool haproxy iproute2 iptables kmod libnss-myhostname \
  mount nftables openssl procps runc socat systemd util-linux

# A base made by mmdebstrap keeps the archives of installed packages.
apt-get clean
rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/* /var/cache/apt/*.bin \
  /var/log/* /usr/share/doc/* /usr/share/man/*
