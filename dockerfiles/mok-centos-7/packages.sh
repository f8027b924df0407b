#!/usr/bin/env bash
# Installs CRI-O, crictl and Kubernetes.
# env: CRICTL_VERSION, CRICTL_REPOSITORY, K8SBINVER (may be empty)
set -euo pipefail

# tc, which the kubelet calls, is in iproute here: CentOS 8 has it in a package of
# its own. The plugins for CNI come along with cri-o.
yum --assumeyes install cri-o iptables iproute

# Its configuration names a place of conmon's that is not right here; without one
# it is looked for in PATH.
sed --in-place 's/^\(conmon = .*\)/#\1/' /etc/crio/crio.conf
# The kubelet's driver is to be the same.
sed --in-place 's/^\(cgroup_manager =\).*/\1 "cgroupfs"/' /etc/crio/crio.conf

archive=crictl-$CRICTL_VERSION-linux-amd64.tar.gz
curl --fail --location --silent --show-error "$CRICTL_REPOSITORY/$CRICTL_VERSION/$archive" |
  tar --extract --gzip --directory=/usr/local/bin

# Of one version, or of the newest.
version=${K8SBINVER:+-${K8SBINVER#v}}
yum --assumeyes install "kubelet$version" "kubeadm$version" "kubectl$version" \
  --disableexcludes=kubernetes
yum clean all

# Where the image has SELinux at all: it may tell, not forbid.
if [[ -e /etc/selinux/config ]]; then
  sed --in-place 's/^SELINUX=enforcing$/SELINUX=permissive/' /etc/selinux/config
fi
