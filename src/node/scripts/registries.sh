#!/usr/bin/env bash
# Before containerd starts: has it look below /etc/containerd/certs.d for how a
# registry is reached. An image that says so, or says another place, is left as it
# is. The table's name differs between versions of containerd, so its own list of
# all settings is taken, and becomes its configuration.
set -euo pipefail

config=/etc/containerd/config.toml
if grep --quiet --extended-regexp "^[[:space:]]*config_path = [\"'][^\"']" "$config"; then exit 0; fi
all=$(containerd --config "$config" config dump)
sed --regexp-extended "s|^([[:space:]]*config_path = )[\"']{2}|\1\"/etc/containerd/certs.d\"|" \
  <<<"$all" >"$config"
