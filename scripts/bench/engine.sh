#!/usr/bin/env bash
# The engine of the bench, separate from the machine's: it has its data, sockets, cgroup and network
# namespace to itself, because a second dockerd would remove the firewall rules of the first.
# Everything that it runs is in one cgroup, so one counter has the whole cost of a cluster.
# Sourced by other scripts, after scripts/lib.sh.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# mokctl and dockerd need folders of their names in these.
data=${MOK_BENCH_DATA:-/var/lib/mok-bench}
state=/run/mok-bench
group=mok-bench
engine=()

# start_engine: starts the engine, waits until it answers, and sets DOCKER_HOST.
start_engine() {
  [[ ! -S $state/docker.sock ]] || ! answers ||
    die "an engine of another bench answers at $state/docker.sock"
  mkdir -p "$data" "$state"
  prepare_groups
  cat >"$state/containerd.toml" <<TOML
version = 2
root = "$data/containerd"
state = "$state/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$state/containerd.sock"
TOML
  in_group containerd --config "$state/containerd.toml" >"$state/containerd.log" 2>&1 </dev/null &
  engine+=("$!")
  wait_for containerd ctr --address "$state/containerd.sock" version

  local flags=(--host "unix://$state/docker.sock" --containerd "$state/containerd.sock"
    --data-root "$data/docker" --exec-root "$state/docker" --pidfile "$state/dockerd.pid"
    --bridge none --cgroup-parent "/$group/nodes" --exec-opt native.cgroupdriver=cgroupfs)
  # kind needs --privileged, which means all capabilities that exist.
  if ! has_all_capabilities; then
    say "this machine lacks capabilities: both sides do without them"
    flags+=(--add-runtime "limited=$bench/runc-within-limits" --default-runtime limited)
  fi
  # Not `ip netns exec`, which would mount a new /sys without cgroups.
  # shellcheck disable=SC2016
  in_group unshare --net -- bash -c 'ip link set lo up && exec "$@"' bash \
    dockerd "${flags[@]}" >"$state/dockerd.log" 2>&1 </dev/null &
  engine+=("$!")
  export DOCKER_HOST=unix://$state/docker.sock
  wait_for dockerd answers
  remove_clusters
}

# stop_engine: stops the engine and everything in it. The data stay for the next time.
stop_engine() {
  local pid
  if answers; then remove_clusters; fi
  # dockerd before its containerd.
  for ((i = ${#engine[@]} - 1; i >= 0; i--)); do
    pid=${engine[i]}
    # It may have ended by itself, and the status of a killed program is a failure.
    kill "$pid" 2>/dev/null || true
    wait "$pid" || true
  done
  rm -rf "$state"
  local folder
  for folder in "${hierarchies[@]}"; do
    # Not every hierarchy has the group, and an empty one does no harm.
    find "$folder/$group" -depth -type d -exec rmdir {} + || true
  done
}

# All clusters may be removed, because only the bench uses this engine.
remove_clusters() {
  local containers
  mapfile -t containers < <(docker ps --all --quiet)
  if ((${#containers[@]} > 0)); then docker rm --force --volumes "${containers[@]}" >/dev/null; fi
  docker network prune --force >/dev/null
}

answers() { docker --host "unix://$state/docker.sock" version >/dev/null 2>&1; }

# Current kernels have 41 capabilities, of which Docker 20.10 knows 38.
has_all_capabilities() {
  local name value all=$(((1 << 38) - 1))
  while read -r name value; do
    if [[ $name == CapBnd: ]]; then break; fi
  done </proc/self/status
  (((16#$value & all) == all))
}

# With cgroup v2 there is one hierarchy, with v1 one for each controller.
prepare_groups() {
  hierarchies=(/sys/fs/cgroup/{cpuacct,memory})
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then hierarchies=(/sys/fs/cgroup); fi
  local folder
  for folder in "${hierarchies[@]}"; do
    mkdir -p "$folder/$group/engine"
    if [[ -e $folder/cgroup.controllers ]]; then
      echo "+cpu +memory" >"$folder/cgroup.subtree_control"
      echo "+cpu +memory" >"$folder/$group/cgroup.subtree_control"
    fi
  done
}

# in_group COMMAND...: executes COMMAND in the engine's cgroup, in place of the shell.
in_group() {
  local folder
  for folder in "${hierarchies[@]}"; do echo "$BASHPID" >"$folder/$group/engine/cgroup.procs"; done
  exec "$@"
}

# wait_for WHAT COMMAND...: waits until COMMAND succeeds.
wait_for() {
  local deadline=$((SECONDS + 60)) what=$1
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
      tail -n 20 "$state"/*.log >&2
      die "$what does not answer"
    fi
    sleep 0.2
  done
}
