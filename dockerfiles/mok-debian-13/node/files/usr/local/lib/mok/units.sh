#!/usr/bin/env bash
# Leaves systemd with the units that a container needs.
set -euo pipefail

# Everything that a package or systemd itself wants started: devices, consoles,
# file system checks, timers and the services of haproxy. A container has none
# of these devices, and each unit costs time at every start.
find /etc/systemd/system /usr/lib/systemd/system -name '*.wants' -type d -prune -exec rm -rf {} +
# What would make units of the host's kernel command line, of disks, consoles and
# init scripts: a dozen programs at each start and each reload of systemd.
rm -rf /usr/lib/systemd/system-generators
# getty and the like come in through targets' own links.
ln -sf /dev/null /etc/systemd/system/systemd-udevd.service
ln -sf /dev/null /etc/systemd/system/systemd-logind.service
ln -sf /dev/null /etc/systemd/system/haproxy.service
ln -sf /dev/null /etc/systemd/system/docker-registry.service

want() {
  mkdir -p "/etc/systemd/system/$1.wants"
  ln -s "$2" "/etc/systemd/system/$1.wants/$(basename "$2")"
}
units=/usr/lib/systemd/system
want sysinit.target $units/systemd-journald.service
want sockets.target $units/systemd-journald.socket
want sockets.target $units/systemd-journald-dev-log.socket
for service in containerd kubelet mok-network mok-pods; do
  want multi-user.target "/etc/systemd/system/$service.service"
done
ln -sf $units/multi-user.target /etc/systemd/system/default.target

# A shell on a master finds kubectl ready for use.
mkdir -p /root/.kube
ln -s /etc/kubernetes/admin.conf /root/.kube/config
# Every node makes its own at its first start.
rm -f /etc/machine-id /var/lib/dbus/machine-id
