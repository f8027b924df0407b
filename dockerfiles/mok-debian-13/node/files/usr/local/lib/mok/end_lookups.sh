#!/usr/bin/env bash
# Runs before the node is removed: ends the pending lookups of docker's DNS server for the node, and
# refuses further ones.
#
# That server is part of the engine, with sockets in the node's network namespace. Before the engine
# removes a container it waits for the answers to pending lookups, up to four seconds if a name
# server does not answer, as on a machine without internet. There CoreDNS alone tries to reach name
# servers several times a second.
set -euo pipefail

# `reject` makes lookups fail immediately. Names in the cluster are resolved on other ports.
nft -f - <<'RULES'
table inet mok_lookups {
  chain output {
    type filter hook output priority filter;
    udp dport 53 reject with icmpx port-unreachable
  }
}
RULES
ss --kill --udp 'dport = :53' >/dev/null
