#!/usr/bin/env bash
# Runs on the first master of a new cluster: starts the installation of the image's add-ons, if it
# has any. No command waits for it. A node that is stopped before all are installed continues at its
# next start, because the service is enabled until then.
set -euo pipefail

[[ -e /etc/systemd/system/mok-addons.service ]] || exit 0
systemctl enable --quiet --now --no-block mok-addons.service
