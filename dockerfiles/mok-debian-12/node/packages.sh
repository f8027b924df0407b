#!/usr/bin/env bash
# Installs what a node runs and nothing beside it.
set -euo pipefail

# The etcd and haproxy packages start services when they are installed; in a
# build there is no service manager, and policy-rc.d keeps it so elsewhere.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

apt-get update
# conntrack, iptables, mount, socat: called by kubelet and kube-proxy.
# ethtool, procps, iproute2: for who looks inside; iproute2 also sets the routes.
apt-get install -y --no-install-recommends \
  ca-certificates conntrack containerd containernetworking-plugins ethtool haproxy \
  iproute2 iptables kmod libnss-myhostname mount procps runc socat systemd util-linux

# unbound serves the cluster's names. It is linked with Python's library, for
# modules that nobody loads here: unpacked, it comes without the rest of Python.
root=$(mktemp -d)
(
  cd "$root"
  apt-get download libevent-2.1-7 libexpat1 libnghttp2-14 libprotobuf-c1 libpython3.11 unbound
  for deb in *.deb; do dpkg-deb --extract "$deb" .; done
  cp --archive --parents usr/sbin/unbound{,-checkconf} {usr/,}lib/*/*.so.* /
)
rm -rf "$root"
unbound -V >/dev/null

# What comes along and no node runs: containerd's shims of before 1.4, and plugins
# for networks that are none of a container's.
rm -f /usr/bin/containerd-shim /usr/bin/containerd-shim-runc-v1 /usr/bin/containerd-stress \
  /usr/lib/cni/{dhcp,host-device,ipvlan,macvlan,sbr,static,vlan,vrf}

# A base of mmdebstrap's keeps the archives of what is installed.
apt-get clean
rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/* /var/cache/apt/*.bin \
  /var/log/* /usr/share/doc/* /usr/share/man/*
