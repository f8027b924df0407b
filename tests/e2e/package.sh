#!/usr/bin/env bash
# Runs in a container of a minimal Debian, with the package on standard input: installs it without
# further packages, uses everything in it, and removes it.
set -euo pipefail

cat >/root/mokctl.deb
# The base image may exclude manuals from installation.
dpkg --install --path-include='/usr/share/man/*' /root/mokctl.deb

mokctl version
mokctl man | cmp - /usr/share/man/man1/mokctl.1
mokctl completion bash | cmp - /usr/share/bash-completion/completions/mokctl
mokctl completion zsh | cmp - /usr/share/zsh/vendor-completions/_mokctl
mokctl completion fish | cmp - /usr/share/fish/vendor_completions.d/mokctl.fish

# There is no engine: mokctl must say so, and how to get one.
if said=$(mokctl create cluster a 1 0 2>&1); then exit 1; fi
grep 'docker' <<<"$said"

mapfile -t files < <(dpkg --listfiles mokctl)
dpkg --purge mokctl
for file in "${files[@]}"; do
  if [[ -f $file ]]; then
    echo "$file is left"
    exit 1
  fi
done
echo "nothing is left"
