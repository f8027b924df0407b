#!/usr/bin/env bash
# Puts the node's part of the pod network in place: the routes to the other
# nodes' pods, the rule that gives pods the node's address when they leave
# the cluster, and a DNS server that pods can reach. mokctl writes /etc/mok/network;
# a restart runs this again.
#
# /etc/mok/network, with those of the families that the cluster has:
#   POD_SUBNET=10.244.0.0/16           POD_SUBNET6=fd00:10:244::/56
#   SERVICE_SUBNET=10.96.0.0/12        SERVICE_SUBNET6=fd00:10:96::/112
#   API_SERVICE=10.96.0.1              the address of the API's Service
#   API_SERVER=10.213.7.11:6443        where all nodes reach the API; in a cluster of an
#                                      earlier mokctl neither
#   DNS_ADDRESS=fd00:10:213:7::11      the node's own, where it has IPv6 alone
# /etc/mok/routes:    a line "POD_RANGE NODE_ADDRESS" for every other node
set -euo pipefail

[[ -e /etc/mok/network ]] || exit 0
# shellcheck source=/dev/null
. /etc/mok/network

# rule PROGRAM WORD...: appends a rule of the nat table, unless it is there.
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
# What kube-proxy has no rule for, such as a Service that it does not know yet, would leave
# the cluster, and a client would wait for half a minute. Refused it tries again. In a table
# of its own, because a rule that accepts a packet is the last one of its own table alone.
# refuse FAMILY ICMP SERVICE_SUBNET
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
# Pods reach the API as a Service before kube-proxy has its rules, which come before this
# one: what starts beside it, such as CoreDNS and the add-ons, would fail, wait, and start
# again. Pods in the node's own network namespace do wait for kube-proxy: kube-router, which
# is one, writes whole tables, and what kube-proxy adds at the same moment is lost.
if [[ -n ${API_SERVICE:-} ]]; then
  if [[ $API_SERVICE == *:* ]]; then filter=ip6tables; else filter=iptables; fi
  rule "$filter" PREROUTING --destination "$API_SERVICE" --protocol tcp --dport 443 \
    --jump DNAT --to-destination "$API_SERVER"
fi

# A kernel refuses a pod six times in a row, and is silent then. In a new cluster a pod asks
# for names that often before CoreDNS answers; its resolver waits five seconds for an answer
# to the seventh question. So there is no such limit.
if [[ -n ${POD_SUBNET:-} ]]; then
  sysctl --quiet --write net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
  leave_as_node iptables "$POD_SUBNET"
  refuse ip icmp "$SERVICE_SUBNET"
fi
if [[ -n ${POD_SUBNET6:-} ]]; then
  # The engine has switched it on for its own interface alone: pods' links come later.
  # An address at their ends is on no other host, so none is asked for it.
  sysctl --quiet --write net.ipv6.conf.{all,default}.disable_ipv6=0 \
    net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 net.ipv6.icmp.ratelimit=0
  leave_as_node ip6tables "$POD_SUBNET6"
  refuse ip6 icmpv6 "$SERVICE_SUBNET6"
fi

# Docker's DNS server for a container listens on 127.0.0.11 in the container's own
# network namespace, on ports that change at every start. Pods have other namespaces:
# what they send to 127.0.0.11 stays in their own, and CoreDNS, which forwards to its
# node's name server, would find itself there. Like kind, let the gateway's address
# stand in for it, on this node alone.
engine=127.0.0.11
# port PROTOCOL_FLAG: where it listens, read from its socket, because the engine's packet
# filter may be any. Prints an empty line where there is no such server (read then fails).
port() {
  local address
  read -r _ _ _ address _ < <(ss -Hln "$1" src "$engine") || true
  printf '%s\n' "${address##*:}"
}
serve_dns() {
  local gateway protocol port chain
  read -r _ _ gateway _ < <(ip route show default)
  # Rules of the last start name its ports.
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
  # Packets that come in for 127.0.0.11 are martians otherwise.
  sysctl --quiet --write net.ipv4.conf.all.route_localnet=1
  name_server "$gateway"
}
# name_server ADDRESS: in place of the engine's.
name_server() {
  # A bind mount: written to, not replaced.
  local text
  text=$(</etc/resolv.conf)
  printf '%s\n' "${text//"$engine"/"$1"}" >/etc/resolv.conf
}
if [[ -n $(port --udp) ]]; then
  if [[ -n ${DNS_ADDRESS:-} ]]; then
    # No rule leads from one family to the other.
    systemctl start --no-block mok-dns.service
    name_server "$DNS_ADDRESS"
  else
    serve_dns
  fi
fi

# Ours carry a protocol number of their own, so that routes to nodes that are
# gone can be told from all others.
protocol=77
while read -r range address; do
  ip route replace "$range" via "$address" proto "$protocol"
done </etc/mok/routes
for family in -4 -6; do ip "$family" -oneline route show proto "$protocol"; done | while read -r range _ address _; do
  grep --quiet --line-regexp --fixed-strings "$range $address" /etc/mok/routes ||
    ip route delete "$range" via "$address" proto "$protocol"
done
