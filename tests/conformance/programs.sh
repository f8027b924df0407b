#!/usr/bin/env bash
# Compiles the suite and the programs of its images as `mokctl build image` compiles those of nodes:
# from Go modules, in containers that share its cache. The programs of each module become an image,
# named by the hash of its inputs, which is made only once. Prints Dockerfile arguments, NAME=IMAGE.
# usage: programs.sh VERSION_OF_KUBERNETES IMAGE_WITH_GO
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

version=$1 go=$2
recipe=dockerfiles/mok-debian-13/programs/compile.sh
toolchain=go1.26.8
# The variables for Go's downloads that mokctl passes on as well.
variables=(GOPROXY GOSUMDB GONOSUMDB GONOPROXY GOPRIVATE GOINSECURE GOAUTH GOVCS
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy)

# Finds the file of the certificate authorities that this machine trusts.
find_authorities() {
  local file
  for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt \
    /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
    if [[ -f $file ]]; then
      printf '%s\n' "$file"
      return
    fi
  done
}

# compile NAME WORD...: compiles with these arguments of compile.sh.
compile() {
  local name=$1 key image container authorities environment=()
  shift
  key=$(printf '%s\n' "$(<"$recipe")" "$toolchain" "$@" | sha256sum | cut -c1-12)
  image=local/mok-conformance-programs:$name-$key
  printf '%s=%s\n' "${name^^}" "$image"
  if docker image inspect "$image" >/dev/null 2>&1; then return; fi
  for variable in "${variables[@]}"; do
    if [[ -n ${!variable:-} ]]; then environment+=("--env=$variable"); fi
  done
  say "compiling $name"
  container=$(docker create --network=host --volume=mok-go-cache:/go \
    --env=GOTOOLCHAIN="$toolchain" "${environment[@]}" "$go" bash /mok/compile.sh "$@")
  # shellcheck disable=SC2064
  trap "docker rm --force --volumes $container >/dev/null" EXIT
  docker cp "$(dirname "$recipe")/." "$container:/mok" >/dev/null
  authorities=$(find_authorities)
  if [[ -n $authorities ]]; then
    docker cp --follow-link "$authorities" "$container:/mok/authorities.crt" >/dev/null
  fi
  docker start --attach "$container" >&2 || die "$name does not compile"
  docker cp "$container:/out" - | docker import - "$image" >/dev/null
  docker rm --volumes "$container" >/dev/null
  trap - EXIT
}

# The version that the suite reports, as mokctl sets it for a node's programs.
stamps=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps+=" -X=$package.gitVersion=$version -X=$package.gitMajor=1"
  stamps+=" -X=$package.gitMinor=$(cut -d. -f2 <<<"$version") -X=$package.gitTreeState=archive"
done

compile kubernetes "k8s.io/kubernetes@$version" "v0${version#v1}" "$stamps" \
  e2e.test=k8s.io/kubernetes/test/e2e \
  ginkgo=github.com/onsi/ginkgo/v2/ginkgo \
  kubeconformance=k8s.io/kubernetes/test/conformance/image/go-runner \
  agnhost=k8s.io/kubernetes/test/images/agnhost \
  nnp=k8s.io/kubernetes/test/images/nonewprivs \
  localhost.crt=test/images/agnhost/porter/localhost.crt \
  localhost.key=test/images/agnhost/porter/localhost.key \
  nautilus.jpg=test/images/nautilus/html/nautilus.jpg \
  data.json=test/images/nautilus/html/data.json
compile kitten "k8s.io/kubernetes@$version" "v0${version#v1}" '' \
  kitten.jpg=test/images/kitten/html/kitten.jpg data.json=test/images/kitten/html/data.json
# The minor version in the Makefile of test/images/sample-apiserver (v0.33.7, which the module proxy
# does not serve). It is older than Kubernetes', as the test requires.
compile sample_apiserver k8s.io/sample-apiserver@v0.33.5 '' '' \
  sample-apiserver=k8s.io/sample-apiserver
compile hydrophone sigs.k8s.io/hydrophone@v0.8.0 '' '' hydrophone=sigs.k8s.io/hydrophone
