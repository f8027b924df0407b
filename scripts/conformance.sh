#!/usr/bin/env bash
# Runs Kubernetes' conformance tests with hydrophone against a mokctl cluster of one master and two
# workers: see docs/conformance.md. The runner, the suite and the images of its tests are built
# once, from the same modules and packages as the node image. The cluster is deleted afterwards;
# results stay in a folder. Fails if a test does.
# usage: conformance.sh MOKCTL RESULTS
# env: PROCESSES (tests at a time), SKIP and FOCUS (regular expressions on the names
# of tests; NetworkPolicy for the suite's tests of policies), KEEP=yes (keeps the cluster)
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

mokctl=$(realpath "$1")
mkdir -p "$2"
results=$(realpath "$2")
name=conformance
registry=mok-$name-registry
kubeconfig=$results/kubeconfig
recipe=tests/conformance
list=$recipe/images.txt

# Finds the base image that the node image was built from.
find_base() {
  local base
  for base in local/mok-base:trixie debian:13; do
    if docker image inspect "$base" >/dev/null 2>&1; then
      printf '%s\n' "$base"
      return
    fi
  done
  die "there is no base image: 'mokctl build image' gets one"
}

stages() { awk '!/^#/ && !seen[$1]++ { print $1 }' "$list"; }

# build_images NODE_IMAGE
build_images() {
  local base stage programs arguments=()
  base=$(find_base)
  docker build --quiet --tag=local/mok-conformance:go --build-arg=BASE="$base" \
    dockerfiles/mok-debian-13/go >/dev/null
  programs=$("$recipe/programs.sh" "${1##*:}" local/mok-conformance:go)
  hydrophone=$(sed --quiet 's/^HYDROPHONE=//p' <<<"$programs")
  mapfile -t arguments < <(printf '%s\n' "BASE=$base" "NODE=$1" "$programs" |
    sed '/^HYDROPHONE=/d; s/^/--build-arg=/')
  while read -r stage; do
    say "building local/mok-conformance:$stage"
    docker build --quiet --target="$stage" --tag="local/mok-conformance:$stage" \
      "${arguments[@]}" "$recipe" >/dev/null
  done < <(stages; echo registry)
}

# Checks that this version of the suite uses each image in the list.
check_list() {
  local wanted asked
  asked=$(docker run --rm --network=none --entrypoint=e2e.test \
    local/mok-conformance:conformance --list-images)
  while read -r stage _ wanted; do
    if [[ $stage == \#* || $stage == conformance ]]; then continue; fi
    grep --quiet --line-regexp --fixed-strings "$wanted" <<<"$asked" ||
      die "$list: the suite does not ask for $wanted"
  done <"$list"
}

# Loads the images into every node under the names that the suite uses. The engine itself never has
# these names.
load_images() {
  local stage wanted node output images=()
  mapfile -t images < <(stages | sed 's|^|local/mok-conformance:|')
  "$mokctl" -p load image "$name" "${images[@]}"
  while read -r stage _ wanted; do
    if [[ $stage == \#* ]]; then continue; fi
    for node in "$name"-{master-1,worker-1,worker-2}; do
      # On cgroup v1 mokctl prints a warning each time.
      output=$("$mokctl" exec "$node" -- ctr --namespace=k8s.io images tag --force \
        "docker.io/local/mok-conformance:$stage" "$wanted" </dev/null 2>&1) || die "$output"
    done
  done <"$list"
}

# Two tests have nodes pull agnhost and kitten even if they have them. A registry on the cluster's
# network stands for the one in the images' names.
serve_images() {
  local address stage wanted pushed node hosts
  docker run --detach --name="$registry" --publish=127.0.0.1::5000 \
    local/mok-conformance:registry >/dev/null
  address=$(docker port "$registry" 5000/tcp)
  for stage in agnhost kitten; do
    wanted=$(name_of "$stage")
    pushed=$address/${wanted#*/}
    docker tag "local/mok-conformance:$stage" "$pushed"
    # The registry may not listen yet.
    docker push --quiet "$pushed" >/dev/null 2>&1 || { sleep 2 && docker push --quiet "$pushed" >/dev/null; }
    docker image rm "$pushed" >/dev/null
  done
  docker network connect "mok-$name" "$registry"
  hosts=/etc/containerd/certs.d/${wanted%%/*}
  for node in "$name"-{master-1,worker-1,worker-2}; do
    "$mokctl" exec "$node" -- sh -c "mkdir -p $hosts &&
      echo 'server = \"http://$registry:5000\"' >$hosts/hosts.toml" </dev/null
  done
}

# Prints the image name of a stage in the list.
name_of() { awk -v stage="$1" '$1 == stage { print $3; exit }' "$list"; }

# run_tests PROCESSES TITLE LABELS: runs the tests with these Ginkgo labels, and prints a line for
# each failure. The output of the tests goes to files.
run_tests() {
  say "$2: $1 at a time, $(date +%T)"
  rm -rf "${results:?}/$2"
  mkdir -p "$results/$2"
  docker run --rm --name="mok-$name-hydrophone" --network=host \
    --volume="$results:/results" "$hydrophone" /out/hydrophone \
    --kubeconfig=/results/kubeconfig --output-dir="/results/$2" --parallel="$1" \
    --focus="${FOCUS:-.}" --skip="${SKIP:-}" --extra-ginkgo-args="--label-filter=$3" \
    --conformance-image="$(name_of conformance)" \
    --busybox-image="$(name_of busybox)" --disable-progress-status \
    >"$results/$2.log" 2>&1 || failed=yes
  if ! [[ -e $results/$2/e2e.log ]]; then
    tail -n 20 "$results/$2.log" >&2
    die "hydrophone did not run the suite"
  fi
  # Prints the failures and the counts.
  grep --extended-regexp '^ +\[(FAIL|PANICKED|TIMEDOUT|INTERRUPTED)\]|^(Ran|FAIL!|SUCCESS!) ' \
    "$results/$2/e2e.log" | sort --unique
}

remove_cluster() {
  if [[ ${KEEP:-} == yes ]]; then return; fi
  # The registry may not have been started. The cluster must be deleted in any case.
  docker rm --force --volumes "$registry" >/dev/null 2>&1 || true
  "$mokctl" -q delete cluster "$name" --yes
}

export KUBECONFIG=$kubeconfig
image=$("$mokctl" -p build image)
build_images "$image"
check_list
"$mokctl" -p create cluster "$name" 1 2 --image "$image" --registry "$registry:5000"
trap remove_cluster EXIT
load_images
serve_images
failed=
if [[ ${FOCUS:-} == NetworkPolicy ]]; then
  # These are not conformance tests, because clusters need not enforce policies. The kernel may lack
  # SCTP.
  run_tests "${PROCESSES:-6}" policy 'Feature:NetworkPolicy&&!Feature:SCTPConnectivity'
else
  run_tests "${PROCESSES:-6}" parallel 'Conformance&&!Serial'
  run_tests 1 serial 'Conformance&&Serial'
fi
[[ -z $failed ]] || die "not all tests pass: the logs are in $results"
