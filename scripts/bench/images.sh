#!/usr/bin/env bash
# Puts the node images of both sides into the bench's engine: mokctl's as it is, and one for kind
# that is derived from it. They stay for the next time. DOCKER_HOST is the bench's engine.
# usage: images.sh NODE_IMAGE KIND      prints the name of kind's image
# env: MOK_BENCH_FROM, the engine that has the node image, in the form of DOCKER_HOST
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../lib.sh"
node=$1 kind=$2

theirs() { DOCKER_HOST=${MOK_BENCH_FROM:-} docker "$@"; }

wanted=$(theirs image inspect --format '{{.Id}}' "$node") ||
  die "there is no image $node: 'make image' builds it"
if [[ $(docker image inspect --format '{{.Id}}' "$node" 2>/dev/null) != "$wanted" ]]; then
  say "copying $node into the bench's engine"
  theirs save "$node" | docker load >&2
fi

# build NAME FOLDER: builds with the classic builder, which every client has, and which prints a
# warning each time. Finished steps are cached.
build() {
  local said
  said=$(DOCKER_BUILDKIT=0 docker build --network none --build-arg "NODE=$node" --tag "$1" "$2" 2>&1) ||
    die "cannot build $1: $said"
}
build local/mok-bench-kind-node "$here/kind-node"
# kind looks for its load balancer's image by this name.
balancer=$(grep --text --only-matching --max-count=1 'envoyproxy/envoy:v[0-9.]*' "$kind" | head -n 1)
[[ -z $balancer ]] || build "$balancer" "$here/kind-balancer"
# The image that is loaded into clusters. Its contents cannot be compressed.
loaded=localhost/mok-bench-load:1
if ! docker image inspect "$loaded" >/dev/null 2>&1; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  head -c 125000000 /dev/urandom >"$work/bytes"
  tar --create --directory="$work" bytes | docker import - "$loaded" >/dev/null
fi
docker image prune --force >/dev/null
echo local/mok-bench-kind-node
