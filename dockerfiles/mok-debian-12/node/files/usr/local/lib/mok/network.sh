#!/usr/bin/env bash
# Puts the node's part of the pod network in place: the routes to the other
# nodes' pods, and the rule that gives pods the node's address when they leave
# the cluster. mokctl writes /etc/mok/network; a restart runs this again.
#
# /etc/mok/network:   POD_SUBNET=10.244.0.0/16
# /etc/mok/routes:    a line "POD_RANGE NODE_ADDRESS" for every other node
set -euo pipefail

[[ -e /etc/mok/network ]] || exit 0
# shellcheck source=/dev/null
. /etc/mok/network

sysctl --quiet --write net.ipv4.ip_forward=1

rule=(POSTROUTING --source "$POD_SUBNET" ! --destination "$POD_SUBNET"
  --jump MASQUERADE --match comment --comment "mok: pods leave as their node")
iptables --wait --table nat --check "${rule[@]}" 2>/dev/null ||
  iptables --wait --table nat --append "${rule[@]}"

# Ours carry a protocol number of their own, so that routes to nodes that are
# gone can be told from everybody else's.
protocol=77
while read -r range address; do
  ip route replace "$range" via "$address" proto "$protocol"
done </etc/mok/routes
ip -oneline route show proto "$protocol" | while read -r range _ address _; do
  grep --quiet --line-regexp --fixed-strings "$range $address" /etc/mok/routes ||
    ip route delete "$range" via "$address" proto "$protocol"
done
