#!/usr/bin/env bash
# The cluster's DNS, in a pod on every master (addons/dns.yaml): unbound, with the
# names that the API knows, and whom the node itself asks for all others. Ends when
# a part of it does; the kubelet then starts the pod anew.
# env: ADDRESS, PORT: where it listens; HOME: a folder to write in
set -euo pipefail

here=$(dirname "$0")
config=$HOME/unbound.conf

# Unbound's lines for everything that has a name.
records() {
  # With --request-timeout it would not look for the pod's own credentials.
  timeout 10 kubectl get services,endpoints,pods --all-namespaces \
    --output=go-template-file="$here/records.template" |
    # Whoever has no host name of its own is called by its address, with dashes.
    sed --regexp-extended ':next; s/<([0-9-]+)\./<\1-/; t next; s/[<>]//g'
}

# Unbound's configuration. Fails if the records are not to be had.
configuration() {
  cat <<CONFIG
server:
  interface: $ADDRESS@$PORT
  access-control: 0.0.0.0/0 allow
  do-ip6: no
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  directory: "$HOME"
  pidfile: ""
  # Nobody signs these names.
  module-config: "iterator"
  # Containers come and go at the node's own DNS server, too; and one that did not
  # answer, for want of an internet say, is asked again all the same.
  cache-max-ttl: 5
  cache-max-negative-ttl: 5
  infra-host-ttl: 1
  do-not-query-localhost: no
  # Unbound keeps these from others: here they may be somebody's.
  local-zone: test. nodefault
  unblock-lan-zones: yes
  local-zone: 244.10.in-addr.arpa. static
  local-zone: cluster.local. static
  local-data: "cluster.local. 5 SOA kube-dns.kube-system.svc.cluster.local. root.cluster.local. 1 7200 1800 86400 5"
# What an alias leads to is not looked for among the names here: unbound asks itself.
stub-zone:
  name: cluster.local
  stub-addr: $ADDRESS@$PORT
forward-zone:
  name: .
$(sed --quiet 's/^nameserver /  forward-addr: /p' /etc/resolv.conf)
server:
CONFIG
  records
}

# renew: has the configuration follow the cluster. True if that changed it; without
# an answer from the API, what it knew last stays.
renew() {
  configuration >"$config.new" && ! cmp --silent "$config.new" "$config" &&
    unbound-checkconf "$config.new" >/dev/null && mv "$config.new" "$config"
}

# A connection alone costs next to nothing. While the control plane starts it wants
# the CPU that a kubectl would take to learn that it does not answer.
wait_for_api() {
  until : <>"/dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT"; do
    sleep 0.5
  done 2>/dev/null
}

# watch KIND: a line for each object of that kind, and for each that changes.
watch() {
  # The API ends a watch after half an hour or more, and when it stops.
  while true; do
    wait_for_api
    kubectl get "$1" --all-namespaces --watch --output=name || true
    sleep 1
  done
}

# follow PID: has that unbound read what is new. An API server may fail to tell of
# a change; a minute later it is found all the same.
follow() {
  {
    watch services &
    watch endpoints &
    watch pods &
    wait -n
  } | while read -r -t 60 _ || (($? > 128)); do
    # What happens together is looked at together.
    sleep 0.2
    while read -r -t 0 && read -r _; do :; done
    if renew; then kill -HUP "$1"; fi
  done
}

# The first program of a container hears a signal only if it has asked for it.
trap exit TERM

# Left from before the container's last restart.
rm -f "$config"
until wait_for_api && renew; do sleep 1; done
unbound -d -c "$config" &
follow $! &
wait -n
exit 1
