#!/usr/bin/env bash
# On a master: takes another one out of etcd, which cannot leave by itself because its
# container is gone. One that is no member any more is as good.
# usage: remove_member.sh NODE
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# ID, STATUS, NAME, ...
id=$(in_etcd member list | awk -F ', ' -v name="$1" '$3 == name { print $1 }')
if [[ -n $id ]]; then in_etcd member remove "$id"; fi
