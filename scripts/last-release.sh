#!/usr/bin/env bash
# Builds the mokctl of an earlier release and prints its path.
# usage: last-release.sh FOLDER [TAG]     without TAG, the newest release before this commit
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$(dirname "$0")/.."
mkdir -p "$1"
folder=$(realpath "$1")
tag=${2:-$(git describe --abbrev=0 --match='v[0-9]*' 'HEAD^' 2>/dev/null)} ||
  die "there is no release before this commit: name a tag or a commit"
if [[ ! -x $folder/$tag/mokctl ]]; then
  work=$(mktemp --directory)
  trap 'rm -rf "$work"' EXIT
  git archive "$tag" | tar --extract --directory="$work"
  say "building mokctl of $tag"
  cargo build --quiet --locked --manifest-path="$work/Cargo.toml" --target-dir="$folder/target" >&2
  install -D -m 0755 "$folder/target/debug/mokctl" "$folder/$tag/mokctl"
fi
echo "$folder/$tag/mokctl"
