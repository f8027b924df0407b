#!/usr/bin/env bash
# Runs on a master: removes the etcd member of another master, by name. kubeadm does that only if
# the node's container is running and its Node object exists. A missing member is no failure.
# usage: remove_member.sh NODE
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
# Fields: ID, STATUS, NAME, PEER, CLIENT, ...
members=$(in_etcd member list)
id=$(awk -F ', ' -v name="$1" '$3 == name { print $1 }' <<<"$members")
# Asks other members: one that removes itself stops before it can confirm that.
others=$(awk -F ', ' -v name="$1" '$3 != name && $2 == "started" { print $5 }' <<<"$members")
if [[ -n $id ]]; then ETCD=${others//$'\n'/,} in_etcd member remove "$id"; fi
