#!/usr/bin/env bash
# Has apt look in the repositories of Kubernetes and CRI-O; fails where one of them
# does not answer.
# env: KUBERNETES_VERSION, KUBERNETES_REPOSITORY, CRIO_REPOSITORY
set -euo pipefail

branch=${KUBERNETES_VERSION%.*}

apt-get update
apt-get install -y --no-install-recommends ca-certificates curl

mkdir -p /etc/apt/keyrings
# add NAME URL: a repository without suites, signed with the key that lies in it.
add() {
  local name=$1 url=$2/$branch/deb
  # Without one of them the other is of no use: better know soon.
  curl --fail --silent --show-error --location --connect-timeout 10 --max-time 60 \
    --output "/etc/apt/keyrings/$name.asc" "$url/Release.key" || {
    # `mokctl build image` looks for these words.
    echo "no answer from $url" >&2
    return 1
  }
  echo "deb [signed-by=/etc/apt/keyrings/$name.asc] $url/ /" >"/etc/apt/sources.list.d/$name.list"
}
add kubernetes "$KUBERNETES_REPOSITORY"
add cri-o "$CRIO_REPOSITORY"

# A list that cannot be had is an error, not a warning.
apt-get --error-on=any update
