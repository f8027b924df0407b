#!/usr/bin/env bash
# Reduces systemd to the units that a container needs.
set -euo pipefail

# Removes everything that packages and systemd itself enable: devices, consoles, file system checks,
# timers, haproxy's service. A container has no such devices, and each unit costs time at every
# start.
find /etc/systemd/system /usr/lib/systemd/system -name '*.wants' -type d -prune -exec rm -rf {} +
# Removes the generators, which make units from the host's kernel command line, disks, consoles and
# init scripts: a dozen programs at each start and each reload of systemd.
rm -rf /usr/lib/systemd/system-generators
# getty and the like are linked from targets.
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

# kubectl works in a shell on a master.
mkdir -p /root/.kube
ln -s /etc/kubernetes/admin.conf /root/.kube/config
# Every node makes its machine id at its first start.
rm -f /etc/machine-id /var/lib/dbus/machine-id
