#!/usr/bin/env bash
# For pods with IPv6 alone: forwards DNS queries from the node's IPv6 address to docker's DNS
# server, which has an IPv4 loopback address. If one of the two programs ends, systemd restarts
# both.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mok/network
server=127.0.0.11:53
# UDP has no end of a connection, so a pause of five seconds counts as one.
socat -T 5 "UDP6-RECVFROM:53,bind=[$DNS_ADDRESS],fork" "UDP4-SENDTO:$server" &
socat "TCP6-LISTEN:53,bind=[$DNS_ADDRESS],fork,reuseaddr" "TCP4:$server" &
wait -n
