#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join commands
# are taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/master.sh
. /root/mok/master.sh
wait_for_runtime

# hmac KEY: HMAC-SHA256 (RFC 2104) of standard input, by openssl's hash: its own HMAC
# takes the key as an argument, which everybody on the host can read.
hmac() {
  local i code inner='' outer=''
  for ((i = 0; i < 64; i++)); do
    printf -v code %d "'${1:i:1}"
    printf -v inner '%s\\x%x' "$inner" $((code ^ 0x36))
    printf -v outer '%s\\x%x' "$outer" $((code ^ 0x5c))
  done
  # shellcheck disable=SC2059
  {
    printf "$outer"
    { printf "$inner" && cat; } | openssl sha256 -binary
  } | openssl sha256 -binary
}
base64url() { base64 --wrap=0 | tr '+/' '-_' | tr --delete '='; }
# sign_discovery: signs the cluster's discovery information for the join token, just as
# the controller manager will ("ConfigMap Signing" in Kubernetes' reference of bootstrap
# tokens; the key is the token's second half). That begins all its controllers first:
# nodes would wait for it for 1.5 s.
sign_discovery() {
  local token id object text payload header signature
  [[ $PRINTED =~ --token\ ([^\ ]+) ]]
  token=${BASH_REMATCH[1]} id=${token%.*}
  object=$(request GET "$DISCOVERY")
  # A JSON string: with \n and \", which printf has no word for.
  [[ $object =~ \"kubeconfig\":\"(([^\"\\]|\\.)*)\" ]]
  text=${BASH_REMATCH[1]//\\\"/\"}
  payload=$(printf %b "$text" | base64url)
  header=$(printf '{"alg":"HS256","kid":"%s"}' "$id" | base64url)
  signature=$(printf '%s.%s' "$header" "$payload" | hmac "${token#*.}" | base64url)
  request PATCH "$DISCOVERY" \
    "{\"data\":{\"jws-kubeconfig-$id\":\"$header..$signature\"}}" >/dev/null
}

init_master ''
if command -v openssl >/dev/null; then
  sign_discovery
else
  # Of the one token that there is.
  wait_for_signature ''
fi

# Once the first nodes have joined: they want the CPU now.
touch "$ADDONS_MARK"
