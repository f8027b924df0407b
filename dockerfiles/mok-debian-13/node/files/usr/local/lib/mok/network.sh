#!/usr/bin/env bash
# Sets up the node's part of the pod network: the routes to other nodes' pods, the rule that
# masquerades packets that leave the cluster, and a DNS server that pods can reach. mokctl writes
# /etc/mok/network. Runs at every start.
#
# /etc/mok/network, with the variables of the cluster's address families:
#   POD_SUBNET=10.244.0.0/16           POD_SUBNET6=fd00:10:244::/56
#   SERVICE_SUBNET=10.96.0.0/12        SERVICE_SUBNET6=fd00:10:96::/112
#   API_SERVICE=10.96.0.1              the address of the API's Service
#   API_SERVER=10.213.7.11:6443        where nodes reach the API; both are missing in a
#                                      cluster that an earlier mokctl has made
#   DNS_ADDRESS=fd00:10:213:7::11      the node's address, if it has IPv6 alone
# /etc/mok/routes:    a line "POD_RANGE NODE_ADDRESS" for every other node
set -euo pipefail

[[ -e /etc/mok/network ]] || exit 0
# shellcheck source=/dev/null
. /etc/mok/network

# rule PROGRAM WORD...: appends a rule to the nat table, unless it exists.
rule() {
  local program=$1
  shift
  "$program" --wait --table nat --check "$@" 2>/dev/null ||
    "$program" --wait --table nat --append "$@"
}
# leave_as_node PROGRAM POD_SUBNET
leave_as_node() {
  rule "$1" POSTROUTING --source "$2" ! --destination "$2" \
    --jump MASQUERADE --match comment --comment "mok: pods leave as their node"
}
# refuse FAMILY ICMP SERVICE_SUBNET: rejects packets to Services for which kube-proxy has no rule
# yet. They would leave the cluster, and a client would wait for half a minute; when refused, it
# tries again. In a separate table, because a rule that accepts a packet ends only its own table.
refuse() {
  nft --file - <<RULES
table $1 mok
delete table $1 mok
table $1 mok {
  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject with $2 port-unreachable
  }
  chain forward {
    type filter hook forward priority filter;
    $1 daddr $3 jump refuse
  }
  chain output {
    type filter hook output priority filter;
    $1 daddr $3 jump refuse
  }
}
RULES
}
# Lets pods reach the API's Service before kube-proxy has written its rules, which have precedence.
# Pods that start at the same time as kube-proxy, such as CoreDNS and the add-ons, would fail and
# wait. Not for pods on the host network: kube-router, one of them, writes whole tables, and rules
# that kube-proxy adds at the same moment would be lost.
if [[ -n ${API_SERVICE:-} ]]; then
  if [[ $API_SERVICE == *:* ]]; then filter=ip6tables; else filter=iptables; fi
  rule "$filter" PREROUTING --destination "$API_SERVICE" --protocol tcp --dport 443 \
    --jump DNAT --to-destination "$API_SERVER"
fi

# The kernel rejects six packets in a row, and drops further ones. In a new cluster a pod sends
# more queries before CoreDNS answers, and its resolver waits five seconds for a dropped one. So
# the limit is removed.
if [[ -n ${POD_SUBNET:-} ]]; then
  sysctl --quiet --write net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
  leave_as_node iptables "$POD_SUBNET"
  refuse ip icmp "$SERVICE_SUBNET"
fi
if [[ -n ${POD_SUBNET6:-} ]]; then
  # The engine has enabled IPv6 only for its interface, and pods' links are created later. Duplicate
  # address detection is not needed on them.
  sysctl --quiet --write net.ipv6.conf.{all,default}.disable_ipv6=0 \
    net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 net.ipv6.icmp.ratelimit=0
  leave_as_node ip6tables "$POD_SUBNET6"
  refuse ip6 icmpv6 "$SERVICE_SUBNET6"
fi

# docker's DNS server listens on 127.0.0.11 in the container's network namespace, on ports that
# change at every start. Pods have other namespaces, in which 127.0.0.11 is their own loopback:
# CoreDNS, which forwards to its node's name server, would ask itself. As in kind, the gateway's
# address stands for the server, on this node only.
engine=127.0.0.11
# port PROTOCOL_FLAG: prints the port of docker's DNS server. Read from its socket, because the
# engine's firewall rules vary. Prints an empty line if there is no such server (read then fails).
port() {
  local address
  read -r _ _ _ address _ < <(ss -Hln "$1" src "$engine") || true
  printf '%s\n' "${address##*:}"
}
serve_dns() {
  local gateway protocol port chain
  read -r _ _ gateway _ < <(ip route show default)
  # Removes the rules of the last start, which have its ports.
  for chain in PREROUTING OUTPUT; do
    iptables --wait --table nat --new-chain "MOK_DNS_$chain" 2>/dev/null ||
      iptables --wait --table nat --flush "MOK_DNS_$chain"
    rule iptables "$chain" --destination "$gateway" --jump "MOK_DNS_$chain"
    for protocol in udp tcp; do
      port=$(port "--$protocol")
      [[ -n $port ]] || continue
      rule iptables "MOK_DNS_$chain" --protocol "$protocol" --dport 53 \
        --jump DNAT --to-destination "$engine:$port"
    done
  done
  # Otherwise the kernel drops incoming packets for 127.0.0.11 as martians.
  sysctl --quiet --write net.ipv4.conf.all.route_localnet=1
  name_server "$gateway"
}
# name_server ADDRESS: replaces the engine's name server in resolv.conf.
name_server() {
  # The file is a bind mount, so it is overwritten and not replaced.
  local text
  text=$(</etc/resolv.conf)
  printf '%s\n' "${text//"$engine"/"$1"}" >/etc/resolv.conf
}
if [[ -n $(port --udp) ]]; then
  if [[ -n ${DNS_ADDRESS:-} ]]; then
    # A rule cannot translate between address families, so a service forwards.
    systemctl start --no-block mok-dns.service
    name_server "$DNS_ADDRESS"
  else
    serve_dns
  fi
fi

# mokctl's routes have a protocol number, by which routes to removed nodes are recognized.
protocol=77
while read -r range address; do
  ip route replace "$range" via "$address" proto "$protocol"
done </etc/mok/routes
for family in -4 -6; do ip "$family" -oneline route show proto "$protocol"; done | while read -r range _ address _; do
  grep --quiet --line-regexp --fixed-strings "$range $address" /etc/mok/routes ||
    ip route delete "$range" via "$address" proto "$protocol"
done
