#!/usr/bin/env bash
# The first master's setup, left to you: see /root/mok/init.sh. kubeadm prints the
# commands that the other nodes join with; /root/mok/token.sh prints a fresh one.
set -euo pipefail

bash /root/mok/init.sh
# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
start_addons
