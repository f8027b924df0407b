#!/usr/bin/env bash
# What runs a virtual machine of scripts/vm/disk.sh. To be sourced, after scripts/lib.sh.
# Its state is in a folder, $machine, as long as it runs: disk.qcow2 has what differs from
# the disk that it was started with, `pid` the number of qemu, `console` what its kernel said.
#
# It reaches nothing beyond itself: what passes in it passes without the internet.

# What a virtual machine has, of a host's.
vm_memory=${MOK_VM_MEMORY:-6G}
machine=
vm_emulator=

# Whether the processor runs the machine itself. A host that is a virtual machine may have
# the device, and a processor that does not know how.
vm_is_fast() {
  [[ -w /dev/kvm ]] && { [[ $(uname -m) != x86_64 ]] || grep --quiet --word-regexp 'vmx\|svm' /proc/cpuinfo; }
}

# How fast the clock of a machine in software goes, beside the host's. Such a machine is
# several times slower, and deadlines in it count its own time: an API server that does not have the
# first roles after 30 s ends (its hook rbac/bootstrap-roles, which no setting changes). Less
# would only make every wait longer.
vm_speed=0.3

# vm_qemu FLAG...: starts a machine; in software, with what scripts/vm/qemu.sh made in $vm_emulator.
vm_qemu() {
  if vm_is_fast; then
    "qemu-system-$(uname -m)" -accel kvm -cpu host "$@"
    return
  fi
  # Each core has a thread, and as much of what is translated is kept as qemu can, in MiB:
  # programs in Go are large, and a test fills one GiB. Page tables of five levels cost more there.
  FAKETIME="+0 x$vm_speed" "$vm_emulator/emulate" \
    -accel tcg,thread=multi,tb-size=2047 -cpu max,la57=off "$@"
}

# vm_boot FOLDER DISK [FILE...]: starts a machine of FOLDER's kernel on a copy of DISK, or on
# what there is of an earlier start; each FILE is a further disk to it, /dev/vdb and so on.
vm_boot() {
  local kernel=$1 disk=$2 file drives=() tries
  shift 2
  [[ -e $machine/disk.qcow2 ]] ||
    qemu-img create -q -f qcow2 -b "$(realpath "$disk")" \
      -F "$(if [[ $disk == *.raw ]]; then echo raw; else echo qcow2; fi)" "$machine/disk.qcow2"
  # A machine for tests may lose its disk with the host's power.
  drives+=(-drive "file=$machine/disk.qcow2,if=virtio,format=qcow2,cache=unsafe,discard=unmap")
  for file; do drives+=(-drive "file=$file,if=virtio,format=raw,readonly=on"); done
  # forky's kernel keeps statistics of used pages: its thread kdamond had 15 % of an emulated core.
  local words='root=/dev/vda rw console=ttyS0 quiet mitigations=off damon_stat.enabled=N'
  # Another program may have the port first: qemu then ends at once.
  for tries in {1..20}; do
    vm_port=$((20000 + RANDOM % 10000))
    if vm_qemu -smp "$(nproc)" -m "$vm_memory" \
      -display none -no-user-config -nodefaults \
      -kernel "$kernel/kernel" -initrd "$kernel/initrd" \
      -append "$words" \
      -serial "file:$machine/console" "${drives[@]}" \
      -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$vm_port-:22" \
      -device virtio-net-pci,netdev=net -device virtio-rng-pci \
      -pidfile "$machine/pid" -daemonize 2>"$machine/qemu"; then
      vm_key=$kernel/key
      vm_wait_for_ssh
      return
    fi
    grep --quiet 'host forwarding' "$machine/qemu" || break
  done
  die "qemu does not start (try $tries): $(<"$machine/qemu")"
}

# vm USER COMMAND...: runs it in the machine.
vm() {
  ssh -i "$vm_key" -p "$vm_port" -o BatchMode=yes -o ConnectTimeout=60 -o LogLevel=ERROR \
    -o ServerAliveInterval=30 -o ServerAliveCountMax=20 \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$1@127.0.0.1" "${@:2}"
}

vm_runs() { kill -0 "$(cat "$machine/pid" 2>/dev/null)" 2>/dev/null; }

vm_wait_for_ssh() {
  local deadline=$((SECONDS + 600)) begun=$SECONDS
  until vm root true 2>/dev/null; do
    vm_runs || die "qemu ended: $(<"$machine/qemu")"
    ((SECONDS < deadline)) || {
      tail -n 20 "$machine/console" >&2
      die "the machine does not answer after 600 s"
    }
    sleep 1
  done
  say "the machine answers after $((SECONDS - begun)) s"
}

# As a user does it; the processes of qemu stay.
vm_reboot() {
  local before
  before=$(vm root cat /proc/sys/kernel/random/boot_id)
  say "rebooting the machine"
  # The connection may end before the command does.
  vm root systemctl reboot || true
  local deadline=$((SECONDS + 900))
  until [[ $(vm root cat /proc/sys/kernel/random/boot_id 2>/dev/null) != @("$before"|) ]]; do
    vm_runs || die "qemu ended: $(<"$machine/qemu")"
    ((SECONDS < deadline)) || die "the machine does not come back"
    sleep 1
  done
}

# Powers it off; its disk stays.
vm_off() {
  local deadline=$((SECONDS + 900))
  # The connection may end before the command does.
  vm root systemctl poweroff || true
  while vm_runs; do
    ((SECONDS < deadline)) || {
      kill -KILL "$(<"$machine/pid")"
      die "the machine does not power off"
    }
    sleep 1
  done
}
