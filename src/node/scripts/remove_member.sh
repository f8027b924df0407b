#!/usr/bin/env bash
# On a master: takes one out of etcd, by its name. kubeadm does it only for a node whose
# container runs and whose Node object is there. One that is no member any more is as good.
# usage: remove_member.sh NODE
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
# ID, STATUS, NAME, PEER, CLIENT, ...
members=$(in_etcd member list)
id=$(awk -F ', ' -v name="$1" '$3 == name { print $1 }' <<<"$members")
# By others: one that removes itself stops before it can say that it has.
others=$(awk -F ', ' -v name="$1" '$3 != name && $2 == "started" { print $5 }' <<<"$members")
if [[ -n $id ]]; then ETCD=${others//$'\n'/,} in_etcd member remove "$id"; fi
