#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join commands
# are taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
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
  local tokens token id payload header signature
  # kubeadm's other token, for the masters' certificates, signs nothing.
  tokens=$(admin --namespace=kube-system get secrets \
    --field-selector=type=bootstrap.kubernetes.io/token --output=go-template='{{range .items}}{{with .data}}
{{- if index . "usage-bootstrap-signing"}}{{index . "token-id" | base64decode}}.{{index . "token-secret" | base64decode}} {{end}}
{{- end}}{{end}}')
  payload=$(admin --namespace=kube-public get configmap cluster-info \
    --output=go-template='{{.data.kubeconfig}}' | base64url)
  for token in $tokens; do
    id=${token%.*}
    header=$(printf '{"alg":"HS256","kid":"%s"}' "$id" | base64url)
    signature=$(printf '%s.%s' "$header" "$payload" | hmac "${token#*.}" | base64url)
    admin --namespace=kube-public patch configmap cluster-info --output=name \
      --patch="{\"data\":{\"jws-kubeconfig-$id\":\"$header..$signature\"}}" >&2
  done
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
