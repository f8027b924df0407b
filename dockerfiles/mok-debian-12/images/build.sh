#!/usr/bin/env bash
# Makes the images that kubeadm lists out of the programs that were built and
# the distribution's packages.
# usage: build.sh KUBERNETES_FOLDER OUTPUT_FOLDER   (env: KUBE_VERSION)
set -euo pipefail

kubernetes=$1
output=$2
here=$(dirname "$0")
mkdir -p "$output"

# scaffold ROOT: the folders and links of Debian's merged /usr, and what any
# program looks for in /etc.
scaffold() {
  local folder
  mkdir -p "$1"/{dev,etc,proc,run,sys,tmp,var,usr/local/bin}
  for folder in bin sbin lib lib64; do
    mkdir -p "$1/usr/$folder"
    ln -s "usr/$folder" "$1/$folder"
  done
  echo 'root:x:0:0:root:/root:/usr/sbin/nologin' >"$1/etc/passwd"
  echo 'root:x:0:' >"$1/etc/group"
  echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
}

# packages ROOT PACKAGE...: unpacks packages without running their scripts, so
# that an image holds these and no package manager, shell or documentation.
packages() {
  local root=$1 folder deb
  shift
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download "$@")
  for deb in "$folder"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar --extract --directory="$root" --keep-directory-symlink
  done
  rm -rf "$folder" "$root"/usr/share/{doc,man,lintian,bug} "$root"/{etc/init.d,lib/systemd}
}

"$kubernetes/kubeadm" config images list --kubernetes-version "$KUBE_VERSION" |
  while read -r image; do
    program=${image##*/}
    program=${program%%:*}
    root=$(mktemp -d)
    scaffold "$root"
    command=/usr/local/bin/$program
    case $program in
      kube-apiserver | kube-controller-manager | kube-scheduler | pause)
        install "$kubernetes/$program" "$root$command"
        ;;
      kube-proxy)
        install "$kubernetes/$program" "$root$command"
        packages "$root" conntrack iptables kmod \
          libc6 libgcc-s1 libip4tc2 libip6tc2 libkmod2 liblzma5 libmnl0 \
          libnetfilter-conntrack3 libnfnetlink0 libnftnl11 libssl3 libxtables12 libzstd1
        # What the package's script would have asked update-alternatives for.
        for name in {iptables,ip6tables}{,-save,-restore}; do
          ln -s xtables-nft-multi "$root/usr/sbin/$name"
        done
        ;;
      etcd)
        # With etcdctl, as upstream's: it is asked for where members come and go.
        packages "$root" etcd-server etcd-client libc6
        # Where upstream's image has them: pods that run it say so.
        ln -s ../../bin/etcd ../../bin/etcdctl "$root/usr/local/bin/"
        command=/usr/bin/etcd
        ;;
      # The distribution has no CoreDNS; the image's labels tell mokctl to leave
      # that add-on out.
      coredns) continue ;;
      *)
        echo "no recipe for the image $image" >&2
        exit 1
        ;;
    esac
    bash "$here/archive.sh" "$root" "$image" "$output/$program.tar" "$command"
    rm -rf "$root"
  done
