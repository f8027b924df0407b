#!/usr/bin/env bash
# Gets kind from a newer release of the distribution: the machine's release may have none, or an old
# one. The program is static, so the package is unpacked and not installed. Prints nothing. Does
# nothing if FOLDER/kind exists.
# usage: kind.sh FOLDER   (env: MOK_BENCH_KIND_SUITE, a release of the distribution)
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
folder=$1
suite=${MOK_BENCH_KIND_SUITE:-forky}

if [[ -x $folder/kind ]]; then exit 0; fi
command -v apt-get >/dev/null || die "knows apt-get alone: put a program kind into $folder by hand"

# Uses the machine's mirror and key, but separate lists and caches, so that the machine's apt does
# not see the other release.
# shellcheck disable=SC2016  # apt-get's own variables
uri=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(SUITE)' 'Created-By: Packages' |
  awk '$2 == "Debian" && $3 !~ /-/ { print $1; exit }')
[[ -n $uri ]] || die "apt has no source of Debian's main archive"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists,cache/archives}/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$work/sources.list"
apt=(apt-get --quiet=2
  -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State="$work/state" -o Dir::State::status=/var/lib/dpkg/status
  -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none)

say "getting kind from $suite"
"${apt[@]}" update >&2
(cd "$work" && "${apt[@]}" download kind >&2)
dpkg-deb --extract "$work"/kind_*.deb "$work/package"
install -D -m 0755 "$work/package/usr/bin/kind" "$folder/kind"
