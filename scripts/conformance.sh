#!/usr/bin/env bash
# Kubernetes' own conformance tests against a cluster of mokctl's, one master and
# two workers of mok-debian-12: see docs/conformance.md. The suite and the images of
# its tests are built once, of the source and the packages that the node image is
# made of. The cluster goes afterwards; results stay in a folder. Fails if a test does.
# usage: conformance.sh MOKCTL RESULTS
# env: PROCESSES (tests at a time), SKIP and FOCUS (regular expressions on the names
# of tests), KEEP=yes (the cluster stays)
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

mokctl=$(realpath "$1")
mkdir -p "$2"
results=$(realpath "$2")
processes=${PROCESSES:-6}
focus=${FOCUS:-}
skip=${SKIP:-}
name=conformance
kubeconfig=$results/kubeconfig
programs=dockerfiles/mok-debian-12/kubernetes
recipe=tests/conformance

# The base that the node image was built on: `build image` has seen to one.
find_base() {
  local base
  for base in local/mok-base:bookworm debian:12; do
    if docker image inspect "$base" >/dev/null 2>&1; then
      printf '%s\n' "$base"
      return
    fi
  done
  die "there is no base image: 'mokctl build image' gets one"
}

# The stages that images.txt names, and the one that runs the tests.
stages() {
  awk '!/^#/ && !seen[$1]++ { print $1 }' "$recipe/images.txt"
  echo suite
}

build_images() {
  local base key source stage
  base=$(find_base)
  key=$(cat "$programs"/* | sha256sum | cut -c1-12)
  source=local/mok-kubernetes-source:$key
  if ! docker image inspect "$source" >/dev/null 2>&1; then
    say "building Kubernetes, with its source kept (some minutes, once)"
    docker build --quiet --target=build --tag="$source" --build-arg=BASE="$base" "$programs"
  fi
  while read -r stage; do
    say "building local/mok-conformance:$stage"
    docker build --quiet --target="$stage" --tag="local/mok-conformance:$stage" \
      --build-arg=BASE="$base" --build-arg=SOURCE="$source" "$recipe"
  done < <(stages)
}

# The images, in every node, under the names that the suite asks for; the engine
# itself never has them under these.
load_images() {
  local stage wanted node images=()
  while read -r stage; do
    if [[ $stage != suite ]]; then images+=("local/mok-conformance:$stage"); fi
  done < <(stages)
  "$mokctl" -p load image "$name" "${images[@]}"
  while read -r stage _ wanted; do
    if [[ $stage == \#* ]]; then continue; fi
    for node in "$name"-{master-1,worker-1,worker-2}; do
      "$mokctl" exec "$node" -- ctr --namespace=k8s.io images tag \
        "docker.io/local/mok-conformance:$stage" "$wanted" </dev/null >/dev/null
    done
  done <"$recipe/images.txt"
}

# run_tests PROCESSES TITLE FOCUS SKIP: a line for each test that failed; what the
# tests print goes to a file. ginkgo has one expression for each side.
run_tests() {
  say "$2: $1 at a time, $(date +%T)"
  docker run --rm --name="mok-$name-suite" --network=host \
    --volume="$results:/results" local/mok-conformance:suite \
    ginkgo -nodes="$1" -noColor -focus="$3" ${4:+-skip="$4"} /usr/local/bin/e2e.test -- \
    --kubeconfig=/results/kubeconfig --kubectl-path=/usr/local/bin/kubectl \
    --provider=skeleton --disable-log-dump --report-dir="/results/$2" \
    >"$results/$2.log" 2>&1 || failed=yes
  # The last lines: what failed, and the counts.
  sed --quiet --regexp-extended '/^\[(Fail|Panic!)\]/p; /^(Ran|FAIL!|SUCCESS!)/p' \
    "$results/$2.log"
}

remove_cluster() {
  if [[ ${KEEP:-} != yes ]]; then "$mokctl" -q delete cluster "$name" --yes; fi
}

export KUBECONFIG=$kubeconfig
image=$("$mokctl" -p build image mok-debian-12)
build_images
"$mokctl" -p create cluster "$name" 1 2 --image "$image"
trap remove_cluster EXIT
load_images
failed=
run_tests "$processes" parallel "(${focus:-.}).*\[Conformance\]" "\[Serial\]${skip:+|$skip}"
# The mark is before the words that FOCUS looks for, or after them.
run_tests 1 serial \
  "(\[Serial\].*(${focus:-.})|(${focus:-.}).*\[Serial\]).*\[Conformance\]" "$skip"
[[ -z $failed ]] || die "not all tests pass: the logs are in $results"
