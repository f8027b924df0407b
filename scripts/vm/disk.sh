#!/usr/bin/env bash
# Makes the disk of a user's machine: Debian of SUITE with its own kernel, systemd, cgroup
# v2, AppArmor, Docker and podman, all of its packages, and an ordinary user `mok`. Nothing
# in it is started or set beyond what the packages do, but for a network by DHCP and the way
# in, by SSH with FOLDER/key. Needs root. Nothing is done where the disk is there and was
# made by this very script.
# usage: disk.sh SUITE FOLDER     prints nothing; makes in FOLDER: disk.raw kernel initrd key
set -euo pipefail

here=$(dirname "$0")/..
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

(($# == 2)) || die "usage: ${0##*/} SUITE FOLDER"
((EUID == 0)) || die "needs root"
suite=$1 folder=$2
# Bytes of its file system; the file takes what is used of it.
size=20G

case $(dpkg --print-architecture) in
  amd64) kernel=linux-image-cloud-amd64 ;;
  arm64) kernel=linux-image-cloud-arm64 ;;
  *) die "no kernel for machines of $(dpkg --print-architecture) is known here" ;;
esac
packages=("$kernel" systemd-sysv udev dbus dbus-user-session libpam-systemd openssh-server
  iproute2 iptables nftables kmod procps ca-certificates openssl curl
  # Root's engine, and what it recommends.
  docker.io docker-cli apparmor
  # An ordinary user's.
  rootlesskit slirp4netns uidmap fuse-overlayfs
  podman crun netavark aardvark-dns passt)

made_by=$(sha256sum <"$0")
if [[ $(cat "$folder/made-by" 2>/dev/null) == "$made_by" ]]; then exit 0; fi
"$here/need.sh" mmdebstrap mmdebstrap
"$here/need.sh" mke2fs e2fsprogs
"$here/need.sh" ssh-keygen openssh-client

say "making a disk of Debian $suite"
mkdir -p "$folder"
root=$(mktemp -d --tmpdir="$folder")
trap 'rm -rf --one-file-system "$root"' EXIT
rm -f "$folder"/{made-by,key,key.pub,disk.raw}
ssh-keygen -q -t ed25519 -N '' -C mok -f "$folder/key"

# The release file of the testing suite is as old as the mirror's last update.
# shellcheck disable=SC2016 # mmdebstrap gives its hook the folder as $1.
mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
  --customize-hook='chroot "$1" systemctl --quiet enable systemd-networkd' \
  --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$root" >&2

echo machine >"$root/etc/hostname"
echo '127.0.0.1 localhost machine' >"$root/etc/hosts"
echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
cat >"$root/etc/systemd/network/ether.network" <<'INI'
[Match]
Name=en*
[Network]
DHCP=ipv4
INI
install -D -m 0600 "$folder/key.pub" "$root/root/.ssh/authorized_keys"
chroot "$root" useradd --create-home --shell /bin/bash mok
install -D -m 0600 "$folder/key.pub" "$root/home/mok/.ssh/authorized_keys"
chroot "$root" chown --recursive mok: /home/mok/.ssh
# The user's services run without a session of theirs.
install -D /dev/null "$root/var/lib/systemd/linger/mok"

cp "$root"/boot/vmlinuz-* "$folder/kernel"
cp "$root"/boot/initrd.img-* "$folder/initrd"
rm -rf "$root"/var/cache/apt/*
truncate --size="$size" "$folder/disk.raw"
mke2fs -q -t ext4 -d "$root" "$folder/disk.raw"
echo "$made_by" >"$folder/made-by"
