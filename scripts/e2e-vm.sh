#!/usr/bin/env bash
# Runs the end-to-end tests of tests/e2e/machine.rs on a virtual machine with Debian SUITE
# (scripts/vm/disk.sh), which boots, reboots, and has systemd, cgroup v2 and AppArmor. What was
# built stays in FOLDER; each run works on a copy.
# usage: e2e-vm.sh SUITE PART FOLDER MOKCTL
#   SUITE  trixie or forky
#   PART   smoke     Docker: a cluster is created, used and deleted
#          docker    Docker: one master stops, starts, is restored, and reboots
#          masters   Docker: three masters, with a reboot
#          podman    podman as root, with a reboot
#          rootless-docker, rootless-podman
#                    the same engines, as an ordinary user
#          all
# env: IMAGE_FILE (an archive of the node image, instead of that of this machine's engine),
#      MOK_VM_MEMORY (the memory of the virtual machine, such as 6G), MOK_VM_KEEP (if set, a virtual
#      machine in which a test has failed keeps running)
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=scripts/vm/machine.sh
. scripts/vm/machine.sh

(($# == 4)) || die "usage: ${0##*/} SUITE PART FOLDER MOKCTL"
suite=$1 part=$2 cache=$3 mokctl=$4
[[ $suite == @(trixie|forky) ]] || die "SUITE is trixie or forky, not '$suite'"
[[ $part == @(smoke|docker|masters|podman|rootless-docker|rootless-podman|all) ]] || die "no PART '$part'"
((EUID == 0)) || die "needs root, to make the machine's disk"
scripts/need.sh qemu-img qemu-utils
scripts/need.sh ssh openssh-client

# Saves the node image as an archive, and prints its path.
archive() {
  if [[ -n ${IMAGE_FILE:-} ]]; then
    realpath "$IMAGE_FILE"
    return
  fi
  local image id file
  image=$("$mokctl" --quiet build image)
  id=$(docker image inspect --format '{{.Id}}' "$image")
  file=$cache/image-${id#sha256:}.tar
  if [[ ! -e $file ]]; then
    say "saving $image"
    rm -f "$cache"/image-*.tar
    docker save "$image" >"$file.part"
    mv "$file.part" "$file"
  fi
  realpath "$file"
}

# Makes a disk whose Docker has the image, and prints its path. The name has a hash of its inputs.
loaded() {
  local file=$1 id disk
  id=$(cat "$cache/$suite/made-by" <(stat --format='%s %Y' "$file") | sha256sum | head -c 16)
  disk=$cache/$suite/loaded-$id.qcow2
  if [[ ! -e $disk ]]; then
    say "loading the node image into the machine's engine"
    rm -f "$cache/$suite"/loaded-*.qcow2
    vm_boot "$cache/$suite" "$cache/$suite/disk.raw" "$file"
    vm root 'docker load --quiet </dev/vdb' >&2
    vm_off
    mv "$machine/disk.qcow2" "$disk"
  fi
  echo "$disk"
}

# Copies the test program, mokctl, and the files that they read, to the paths at which they were
# built: the programs contain these paths.
bring_tests() {
  say "bringing the tests"
  local built
  built=$(cargo test --locked --test e2e --no-run 2>&1) || die "$built"
  tests=$(realpath "$(sed -n 's/.*Executable.*(\(.*\))$/\1/p' <<<"$built")")
  {
    git -c safe.directory='*' ls-files | sed "s,^,$PWD/,"
    echo "$tests"
    realpath "$(dirname "$tests")/../mokctl"
  } | tar --create --absolute-names --files-from=- |
    vm root "tar --extract --absolute-names && chmod a+rx $(parents "$PWD") $(parents "$(dirname "$tests")")"
}

# Prints every parent folder of a path.
parents() {
  local path=$1
  while [[ $path != / ]]; do
    printf '%q ' "$path"
    path=$(dirname "$path")
  done
}

# run USER TEST...: runs the tests one after another, and ends with the first that fails. $engine
# has the variables that choose the engine, as words for env.
run() {
  local user=$1 test begun
  shift
  for test; do
    begun=$SECONDS
    say "$user: $test"
    # shellcheck disable=SC2029 # It is this side's words that are meant.
    vm "$user" "mkdir -p \$HOME/machine && cd '$PWD' && env CI=true \
      MOK_MACHINE=\$HOME/machine MOKCTL_DEADLINE_SCALE=$scale ${engine[*]@Q} \
      '$tests' --ignored --nocapture --exact 'machine::$test'" || {
      if [[ -n ${MOK_VM_KEEP:-} ]]; then
        trap - EXIT
        say "it goes on: ssh -i $vm_key -p $vm_port root@127.0.0.1; kill $(<"$machine/pid")"
      fi
      die "$suite, $part, $user: $test failed"
    }
    say "$user: $test took $((SECONDS - begun)) s"
  done
}

of_docker() {
  engine=('MOK_MACHINE_RESTART=systemctl restart docker')
  if [[ $part == @(smoke|all) ]]; then
    run root a_cluster_is_made_serves_and_goes_and_the_host_is_as_before
  fi
  if [[ $part == @(docker|all) ]]; then
    run root one_master_lives_through_stops_restores_and_its_engines_restart
    vm_reboot
    run root one_master_is_whole_after_a_reboot_and_goes
  fi
}

of_docker_masters() {
  engine=()
  run root three_masters_serve
  vm_reboot
  run root three_masters_are_whole_after_a_reboot_and_go
}

# Commands that do not work with podman are refused, which tests with the fake engine check.
of_podman() {
  vm root 'systemctl enable podman-restart.service && podman load --quiet </dev/vdb' >&2
  engine=(PATH=/opt/podman:/usr/sbin:/usr/bin:/sbin:/bin MOKCTL_DOCKER=podman
    MOK_MACHINE_WITHOUT=snapshots)
  # Docker before 28 loads this module, and the add-on policy does.
  vm root 'modprobe br_netfilter' >&2
  run root a_packet_filter_between_nodes_is_told
  # The command in the warning.
  vm root 'sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0' >&2
  run root a_cluster_is_made_serves_and_goes_and_the_host_is_as_before \
    one_master_lives_through_stops_restores_and_its_engines_restart
  vm_reboot
  run root one_master_is_whole_after_a_reboot_and_goes
}

# Rootless engines cannot do these parts.
without_root='addresses apparmor'

# Delegates all cgroup controllers that nodes need to the user.
delegate() {
  vm root "mkdir /etc/systemd/system/user@.service.d
    printf '[Service]\nDelegate=yes\n' >/etc/systemd/system/user@.service.d/delegate.conf"
  vm_reboot
}

# Tests rootless Docker. At first the user lacks the cpu controller, which is the distribution's
# default.
of_rootless_docker() {
  vm root 'chmod a+r /dev/vdb'
  # The tool looks for the docker client in its folder.
  # shellcheck disable=SC2016 # The other side's.
  vm mok 'mkdir ~/bin && ln -s /usr/share/docker.io/contrib/dockerd-rootless* /usr/bin/docker ~/bin &&
    PATH=~/bin:$PATH:/usr/sbin dockerd-rootless-setuptool.sh install &&
    DOCKER_HOST=unix:///run/user/1000/docker.sock docker load --quiet </dev/vdb' >&2
  engine=(DOCKER_HOST=unix:///run/user/1000/docker.sock "MOK_MACHINE_WITHOUT=$without_root")
  run mok an_engine_that_lacks_control_groups_is_refused_with_the_command_that_gives_them
  delegate
  run mok a_cluster_is_made_serves_and_goes_and_the_host_is_as_before
}

# Tests rootless podman.
of_rootless_podman() {
  delegate
  vm root 'chmod a+r /dev/vdb'
  vm mok 'podman load --quiet </dev/vdb' >&2
  engine=(PATH=/opt/podman:/usr/sbin:/usr/bin:/sbin:/bin MOKCTL_DOCKER=podman
    "MOK_MACHINE_WITHOUT=$without_root snapshots")
  run mok a_cluster_is_made_serves_and_goes_and_the_host_is_as_before
}

# on DISK WHAT: runs the tests of one kind of engine on a new virtual machine.
on() {
  vm_boot "$cache/$suite" "$1" "$file"
  if [[ $2 != of_docker* ]]; then
    vm root 'systemctl disable --now docker.service docker.socket containerd.service &&
      mkdir -p /opt/podman && ln -sf /usr/bin/podman /opt/podman/docker' >&2
  fi
  bring_tests
  "$2"
  vm_off
  rm "$machine/disk.qcow2"
}

machine=$(mktemp -d --tmpdir="${TMPDIR:-/var/tmp}")
remove() {
  if vm_runs; then kill -KILL "$(<"$machine/pid")"; fi
  rm -rf "$machine"
}
trap remove EXIT

mkdir -p "$cache"
if vm_is_fast; then
  scripts/need.sh "qemu-system-$(uname -m)" "qemu-system-$(dpkg --print-architecture |
    sed 's/amd64/x86/;s/arm64/arm/')"
else
  vm_emulator=$cache/qemu
  scripts/vm/qemu.sh "$vm_emulator"
fi
scripts/vm/disk.sh "$suite" "$cache/$suite"
file=$(archive)
# Even by its slower clock, an emulated machine is some three times slower, and six times while all
# nodes start at once.
scale=1
if ! vm_is_fast; then scale=4; fi
if [[ $part == @(smoke|docker|masters|all) ]]; then disk=$(loaded "$file"); fi
begun=$SECONDS
if [[ $part == @(smoke|docker|all) ]]; then on "$disk" of_docker; fi
# Three API servers start at once. At the speed of the other parts, they kept exiting (forky).
if [[ $part == @(masters|all) ]]; then vm_speed=0.15 on "$disk" of_docker_masters; fi
if [[ $part == @(podman|all) ]]; then on "$cache/$suite/disk.raw" of_podman; fi
if [[ $part == @(rootless-docker|all) ]]; then on "$cache/$suite/disk.raw" of_rootless_docker; fi
if [[ $part == @(rootless-podman|all) ]]; then on "$cache/$suite/disk.raw" of_rootless_podman; fi
say "$suite, $part: all passed in $((SECONDS - begun)) s"
