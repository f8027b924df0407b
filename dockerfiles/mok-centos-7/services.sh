#!/usr/bin/env bash
# Leaves systemd with what a container needs, and CRI-O and kubelet.
set -euo pipefail

# Devices, consoles and file systems are the host's.
find /etc/systemd/system /lib/systemd/system -name '*.wants' -type d -prune -exec rm -rf {} +
systemctl mask systemd-udevd.service systemd-logind.service getty.target
mkdir -p /etc/systemd/system/sysinit.target.wants
ln -s /lib/systemd/system/systemd-journald.service /etc/systemd/system/sysinit.target.wants/
# It reads k8s.conf.
ln -s /lib/systemd/system/systemd-sysctl.service /etc/systemd/system/sysinit.target.wants/
systemctl set-default multi-user.target
systemctl enable crio.service kubelet.service

# The network of pods is another one in a cluster: these two, which CRI-O's package
# and 100-crio-bridge.conf are for, would win over it. The tutorial starts CRI-O with
# them and then takes them away; whoever runs CRI-O alone finds them here.
mkdir -p /usr/local/share/mok
for file in 100-crio-bridge.conf 200-loopback.conf; do
  if [[ -e /etc/cni/net.d/$file ]]; then
    mv "/etc/cni/net.d/$file" /usr/local/share/mok/
  fi
done
rm -f /etc/machine-id
