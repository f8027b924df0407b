#!/usr/bin/env bash
# Where pods have IPv6 alone: takes questions at the node's IPv6 address, and asks docker's
# DNS server for the container, which has an IPv4 address of its loopback. When one of the
# two ends, systemd starts both again.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mok/network
server=127.0.0.11:53
# Nothing tells the end of an exchange of packets: five seconds without one do.
socat -T 5 "UDP6-RECVFROM:53,bind=[$DNS_ADDRESS],fork" "UDP4-SENDTO:$server" &
socat "TCP6-LISTEN:53,bind=[$DNS_ADDRESS],fork,reuseaddr" "TCP4:$server" &
wait -n
