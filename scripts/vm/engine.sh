#!/usr/bin/env bash
# Builds Docker's engine and its client, which no Debian has that new yet, of their sources:
# Go modules. Nothing is done where FOLDER has what this very script builds.
# usage: engine.sh FOLDER     prints nothing; makes in FOLDER: docker dockerd docker-proxy
#                             containerd containerd-shim-runc-v2
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

(($# == 1)) || die "usage: ${0##*/} FOLDER"
# Versions of the engine's module begin anew with 2: this is the engine of the client's release,
# by the day of both. Its containerd is the one in its Dockerfile.
engine=github.com/moby/moby/v2 engine_version=v2.0.0-beta.24
client=github.com/docker/cli client_version=v29.8.1+incompatible
containerd=github.com/containerd/containerd/v2 containerd_version=v2.3.5

made_by=$(sha256sum <"$0")
if [[ $(cat "$1/made-by" 2>/dev/null) == "$made_by" ]]; then exit 0; fi
command -v go >/dev/null || die "needs Go, to build Docker"

mkdir -p "$1"
folder=$(realpath "$1")
work=$(mktemp -d --tmpdir="$folder")
trap 'rm -rf "$work"' EXIT
# Programs without a C library: they run on a disk of any release.
export CGO_ENABLED=0 GOFLAGS=-trimpath GOBIN=$folder

version=${client_version%+*} version=${version#v}
say "building Docker $version of its source"
go install -ldflags="-X $engine/dockerversion.Version=$version" \
  "$engine/cmd/dockerd@$engine_version" "$engine/cmd/docker-proxy@$engine_version"
go install "$containerd/cmd/containerd@$containerd_version" \
  "$containerd/cmd/containerd-shim-runc-v2@$containerd_version"
# To Go it is no module: the files that make it one have other names.
cp --recursive --no-preserve=mode \
  "$(go mod download -json "$client@$client_version" | sed --quiet 's/^\t"Dir": "\(.*\)",\?$/\1/p')" "$work/client"
rm -r "$work/client/vendor"
mv "$work/client/vendor.mod" "$work/client/go.mod"
mv "$work/client/vendor.sum" "$work/client/go.sum"
go build -C "$work/client" -o "$folder/docker" \
  -ldflags="-X $client/cli/version.Version=$version" ./cmd/docker
echo "$made_by" >"$folder/made-by"
