#!/usr/bin/env bash
# Makes sure that a Docker engine answers, and that `mokctl build image` can get a base image. Uses
# an engine that answers. Otherwise installs and starts the distribution's, which stays. Can be run
# any number of times.
# env: MOK_ENGINE_LOG (where a started engine writes), MOK_ENGINE_WAIT (seconds)
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

log=${MOK_ENGINE_LOG:-/var/log/mok-dockerd.log}
patience=${MOK_ENGINE_WAIT:-90}
# The base images of `mokctl build image`: either will do.
bases=(local/mok-base:trixie debian:13)

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# runs PIDFILE PROGRAM: whether the process in the file is that program, and not another one that
# has got its process id since.
runs() {
  local pid=
  [[ -s $1 ]] && read -r pid <"$1"
  [[ -n $pid && $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]]
}

# An engine that was killed leaves these files, which would mislead the next one.
drop_stale_files() {
  local file program
  while read -r file program; do
    if [[ -e $file ]] && ! runs "$file" "$program"; then
      say "removing $file: no $program runs with that number"
      rm -f "$file"
    fi
  done <<'FILES'
/var/run/docker.pid dockerd
/var/run/docker/containerd/containerd.pid containerd
FILES
  # dockerd would take this socket for that of a running containerd, and wait for an answer.
  local socket=/run/containerd/containerd.sock
  if [[ -S $socket ]] && ! grep --quiet --fixed-strings " $socket" /proc/net/unix; then
    say "removing $socket: no engine listens there"
    rm -f "$socket"
  fi
}

# A node uses ten inotify instances, and root may have 128: too few for several clusters. If the
# limit cannot be raised, mokctl reports how many are free.
raise_inotify_limit() {
  local limit=/proc/sys/fs/inotify/max_user_instances
  if (($(cat "$limit") < 8192)); then
    echo 8192 2>/dev/null >"$limit" || say "fs.inotify.max_user_instances stays at $(cat "$limit")"
  fi
}

# Prints the end of dockerd's log. If that is impossible, the error message must still follow.
show_log() { tail -n 20 "$log" >&2 || true; }

wait_for_answer() {
  local deadline=$((SECONDS + patience)) started=$1
  until answers; do
    if [[ -n $started ]] && ! kill -0 "$started" 2>/dev/null; then
      show_log
      die "dockerd ended; its log is $log"
    fi
    if ((SECONDS >= deadline)); then
      if [[ -n $started ]]; then show_log; fi
      die "no engine answers after $patience s"
    fi
    sleep 0.2
  done
}

start() {
  ((EUID == 0)) ||
    die "no engine answers: start one, run this as root, or get the right to use it (group docker)"
  if [[ -d /run/systemd/system ]]; then
    say "starting the engine with systemctl"
    systemctl start docker
    wait_for_answer ''
    return
  fi
  # The package may have just started the engine.
  if runs /var/run/docker.pid dockerd; then
    say "waiting for the dockerd that runs"
    wait_for_answer ''
    return
  fi
  awk '$2 == "/sys/fs/cgroup" || $2 ~ "^/sys/fs/cgroup/" { found = 1 } END { exit !found }' \
    /proc/mounts ||
    die "nothing is mounted at /sys/fs/cgroup: an engine needs control groups" \
      "('mount -t cgroup2 cgroup2 /sys/fs/cgroup' gives them, where this machine may)"
  drop_stale_files
  raise_inotify_limit
  say "starting dockerd; its log is $log"
  setsid --fork dockerd >>"$log" 2>&1 </dev/null
  # dockerd writes its process id to a file, unless it exits immediately.
  local deadline=$((SECONDS + 10))
  until runs /var/run/docker.pid dockerd || answers || ((SECONDS >= deadline)); do
    sleep 0.1
  done
  runs /var/run/docker.pid dockerd || {
    show_log
    die "dockerd does not start; its log is $log"
  }
  wait_for_answer "$(cat /var/run/docker.pid)"
}

if command -v docker >/dev/null && answers; then
  say "an engine answers: $(docker version --format '{{.Server.Version}}')"
else
  [[ -z ${DOCKER_HOST:-} ]] || die "no engine answers at DOCKER_HOST=$DOCKER_HOST"
  if ! { command -v docker && command -v dockerd; } >/dev/null; then
    # apparmor: where the kernel has it enabled, no container starts without the package.
    packages=(docker.io apparmor ca-certificates)
    install_packages "${packages[@]}"
    # In newer releases, the client is a separate package.
    command -v docker >/dev/null || install_packages docker-cli
  fi
  answers || start
  say "an engine answers: $(docker version --format '{{.Server.Version}}')"
fi

for base in "${bases[@]}"; do
  if docker image inspect "$base" >/dev/null 2>&1; then exit 0; fi
done
say "getting the base image ${bases[-1]}"
if ! why=$(docker pull --quiet "${bases[-1]}" 2>&1); then
  say "it cannot be pulled, so mokctl will make it of the distribution's packages"
  say "($why)"
  "$(dirname "$0")/need.sh" mmdebstrap mmdebstrap
fi
