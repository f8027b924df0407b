#!/usr/bin/env bash
# Run when the node is about to go: ends the lookups that docker's DNS server has under way for
# it, and refuses further ones.
#
# That server is the engine's own, with sockets in the node's network namespace. Before the
# engine lets go of a container it waits for what it has asked, up to four seconds where a name
# server does not answer, such as on a machine without internet. CoreDNS alone then asks
# several times a second whether there is one now.
set -euo pipefail

# What is refused by a packet is known at once. Names inside of the cluster go to other ports.
nft -f - <<'RULES'
table inet mok_lookups {
  chain output {
    type filter hook output priority filter;
    udp dport 53 reject with icmpx port-unreachable
  }
}
RULES
ss --kill --udp 'dport = :53' >/dev/null
