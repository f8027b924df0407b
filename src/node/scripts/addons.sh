#!/usr/bin/env bash
# On the first master of a new cluster: starts what the image brings along for one, if it
# does. No command waits for it.
set -euo pipefail

[[ -e /etc/systemd/system/mok-addons.service ]] || exit 0
systemctl start --no-block mok-addons.service
