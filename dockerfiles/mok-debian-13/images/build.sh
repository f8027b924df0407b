#!/usr/bin/env bash
# Makes the container images that kubeadm lists, and those of the add-ons, from compiled programs
# and Debian's packages.
# usage: build.sh PROGRAMS_FOLDER OUTPUT_FOLDER   (env: KUBERNETES_VERSION)
set -euo pipefail

programs=$1
output=$2
here=$(dirname "$0")
mkdir -p "$output"/{archives,bin}

# scaffold ROOT: makes the folders and links of Debian's merged /usr, and the files in /etc that
# every program may need.
scaffold() {
  local folder
  mkdir -p "$1"/{dev,etc,proc,run,sys,tmp,var,usr/local/bin}
  chmod 1777 "$1/tmp"
  for folder in bin sbin lib lib64; do
    mkdir -p "$1/usr/$folder"
    ln -s "usr/$folder" "$1/$folder"
  done
  echo 'root:x:0:0:root:/root:/usr/sbin/nologin' >"$1/etc/passwd"
  echo 'root:x:0:' >"$1/etc/group"
  echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
}

# packages ROOT PACKAGE...: unpacks packages and their dependencies without running their scripts,
# and without package manager, shell and documentation.
packages() {
  local root=$1 folder deb
  shift
  folder=$(mktemp -d)
  mkdir -p "$folder/partial"
  # With an empty status file, apt resolves all dependencies.
  apt-get --quiet=2 --option=Dir::State::status=/dev/null --option="Dir::Cache::archives=$folder" \
    --option=APT::Install-Recommends=false --option=APT::Sandbox::User=root \
    --download-only --yes install "$@"
  for deb in "$folder"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar --extract --directory="$root" --keep-directory-symlink
  done
  rm -rf "$folder" "$root"/usr/share/{bug,doc,lintian,locale,man} "$root"/{etc/init.d,usr/lib/systemd}
}

# image NAME PROGRAM ROOT COMMAND
image() {
  bash "$here/archive.sh" "$3" "$1" "$output/archives/$2.tar" "$4"
  rm -rf "$3"
}

# of_program NAME PROGRAM: makes an image of one static program.
of_program() {
  local root
  root=$(mktemp -d)
  scaffold "$root"
  install "$programs/$2" "$root/usr/local/bin/"
  image "$1" "$2" "$root" "/usr/local/bin/$2"
}

# of_packet_filter NAME PROGRAM PACKAGE...: makes an image of a program that calls iptables.
of_packet_filter() {
  local image=$1 program=$2 root name
  shift 2
  root=$(mktemp -d)
  scaffold "$root"
  install "$programs/$program" "$root/usr/local/bin/"
  packages "$root" iptables "$@"
  # The package's script would make these links with update-alternatives.
  for name in {iptables,ip6tables}{,-save,-restore}; do
    ln -s xtables-nft-multi "$root/usr/sbin/$name"
  done
  image "$image" "$program" "$root" "/usr/local/bin/$program"
}

etcd() {
  local root
  root=$(mktemp -d)
  scaffold "$root"
  # Both are links to one file, and must stay so.
  cp --preserve=links,mode "$programs"/{etcd,etcdctl} "$root/usr/local/bin/"
  image "$1" etcd "$root" /usr/local/bin/etcd
}

# At the path of upstream's image: kubeadm's manifest has only arguments.
coredns() {
  local root
  root=$(mktemp -d)
  scaffold "$root"
  install "$programs/coredns" "$root/"
  image "$1" coredns "$root" /coredns
}

# local-path-provisioner makes and removes folders with this image.
busybox() {
  local root
  root=$(mktemp -d)
  scaffold "$root"
  packages "$root" busybox-static
  chroot "$root" /usr/bin/busybox --install -s /usr/bin
  image "$1" busybox "$root" /usr/bin/sh
}

while read -r name; do
  program=${name##*/}
  program=${program%%:*}
  case $program in
    kube-proxy) of_packet_filter "$name" "$program" conntrack kmod nftables ;;
    etcd) etcd "$name" ;;
    coredns) coredns "$name" ;;
    kube-apiserver | kube-controller-manager | kube-scheduler | pause) of_program "$name" "$program" ;;
    *)
      echo "no recipe for the image $name" >&2
      exit 1
      ;;
  esac
  if [[ $program == pause ]]; then printf '%s\n' "$name" >"$output/pause"; fi
done < <("$programs/kubeadm" config images list --kubernetes-version "$KUBERNETES_VERSION")

# Without a registry in the name: these images are on every node and never pulled.
of_program localhost/mok/local-path-provisioner:1 local-path-provisioner
busybox localhost/mok/busybox:1
for program in metrics-server metallb-controller metallb-speaker; do
  of_program "localhost/mok/$program:1" "$program"
done
of_packet_filter localhost/mok/kube-router:1 kube-router ipset

install "$programs"/{kubeadm,kubelet,kubectl} "$output/bin/"
