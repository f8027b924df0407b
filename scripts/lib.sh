#!/usr/bin/env bash
# Functions that the scripts of this folder share. Sourced by them.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# install_packages PACKAGE...: installs with apt-get, as root.
install_packages() {
  command -v apt-get >/dev/null ||
    die "needs $* and knows apt-get alone: install that by hand"
  ((EUID == 0)) || die "needs $*: run this as root, or 'apt-get install $*' first"
  # A new machine or an image has no package lists.
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt_get update
  say "installing $*"
  # Outdated lists name files that do not exist any more.
  apt_get install --yes --no-install-recommends "$@" || {
    apt_get update
    apt_get install --yes --no-install-recommends "$@"
  }
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@" </dev/null >&2; }
