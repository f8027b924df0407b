#!/usr/bin/env bash
# Functions that run a virtual machine of scripts/vm/disk.sh. Sourced, after scripts/lib.sh. While
# it is running, its state is in the folder $machine: disk.qcow2 has the differences from the disk
# that it was started with, `pid` the process id of qemu, `console` the output of its kernel.
#
# The machine has no access to anything outside: tests that pass in it need no internet.

# The memory of a virtual machine.
vm_memory=${MOK_VM_MEMORY:-6G}
machine=
vm_emulator=

# Whether the processor can run the machine. A host that is itself a virtual machine may have the
# device without a processor that supports it.
vm_is_fast() {
  [[ -w /dev/kvm ]] && { [[ $(uname -m) != x86_64 ]] || grep --quiet --word-regexp 'vmx\|svm' /proc/cpuinfo; }
}

# The speed of an emulated machine's clock, relative to the host's. Such a machine is several times
# slower, and deadlines in it count its own time: an API server that does not have the first roles
# after 30 s exits (its hook rbac/bootstrap-roles, which no setting changes). A lower speed would
# only make every wait longer.
vm_speed=0.3

# vm_qemu FLAG...: runs qemu. Emulation uses what scripts/vm/qemu.sh has made in $vm_emulator.
vm_qemu() {
  if vm_is_fast; then
    "qemu-system-$(uname -m)" -accel kvm -cpu host "$@"
    return
  fi
  # Each core has a thread. The translation cache is as large as qemu allows, in MiB: Go programs
  # are large, and a test fills one GiB. Five-level page tables are slower when emulated.
  FAKETIME="+0 x$vm_speed" "$vm_emulator/emulate" \
    -accel tcg,thread=multi,tb-size=2047 -cpu max,la57=off "$@"
}

# vm_boot FOLDER DISK [FILE...]: boots FOLDER's kernel on a copy of DISK, or on the disk of an
# earlier start. Each FILE becomes a further disk, /dev/vdb and so on.
vm_boot() {
  local kernel=$1 disk=$2 file drives=() tries
  shift 2
  [[ -e $machine/disk.qcow2 ]] ||
    qemu-img create -q -f qcow2 -b "$(realpath "$disk")" \
      -F "$(if [[ $disk == *.raw ]]; then echo raw; else echo qcow2; fi)" "$machine/disk.qcow2"
  # A test machine may lose its disk in a power failure.
  drives+=(-drive "file=$machine/disk.qcow2,if=virtio,format=qcow2,cache=unsafe,discard=unmap")
  for file; do drives+=(-drive "file=$file,if=virtio,format=raw,readonly=on"); done
  # forky's kernel samples page accesses, for which the thread kdamond used 15 % of an emulated
  # core.
  local words='root=/dev/vda rw console=ttyS0 quiet mitigations=off damon_stat.enabled=N'
  # Another program may take the port first: qemu then exits immediately.
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

# vm USER COMMAND...: runs COMMAND in the machine.
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

# Reboots as a user does. The process of qemu stays.
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

# Powers the machine off. Its disk stays.
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
