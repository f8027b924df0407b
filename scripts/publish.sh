#!/usr/bin/env bash
# Pushes node images to REPOSITORY, each under its version and its minor version, and writes their
# digests to FOLDER/digests, which `make release` compiles in.
# usage: publish.sh REPOSITORY FOLDER IMAGE...
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

(($# > 2)) || die "usage: ${0##*/} REPOSITORY FOLDER IMAGE..."
repository=$1 folder=$2
mkdir -p "$folder"
pushed=()
# A failed push may leave no name. At the exit, the status of the push counts.
trap 'docker image rm "${pushed[@]}" >/dev/null 2>&1 || true' EXIT
digests=()
for image in "${@:3}"; do
  label='{{index .Config.Labels "mok.image.kubernetes"}}'
  version=$(docker image inspect --format="$label" "$image")
  [[ $version == v*.*.* ]] || die "$image is not a node image"
  to=$repository/mok-debian-13
  for tag in "$version" "${version%.*}"; do
    say "$to:$tag"
    docker tag "$image" "$to:$tag"
    pushed+=("$to:$tag")
    docker push --quiet "$to:$tag" >/dev/null
  done
  names='{{range .RepoDigests}}{{println .}}{{end}}'
  digest=$(docker image inspect --format="$names" "$image" |
    awk -F @ -v name="$to" '$1 == name { print $2; exit }')
  [[ $digest == sha256:* ]] || die "the registry has not said what $to:$version is"
  digests+=("$version=$digest")
done
printf '%s\n' "${digests[@]}" | tee "$folder/digests"
