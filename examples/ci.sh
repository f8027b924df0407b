#!/usr/bin/env bash
# Gives every test a fresh cluster, restored from a snapshot (docs/ci.md). Needs mokctl and docker;
# kubectl runs in the first node. Removes everything it creates.
set -euo pipefail

mokctl=${MOKCTL:-mokctl}
cluster=ci-$$
snapshot=$cluster-fresh
remove() {
  # Either may not exist yet, and cleanup must not change the job's exit status.
  "$mokctl" delete cluster "$cluster" --yes --quiet || true
  "$mokctl" delete snapshot "$snapshot" --yes --quiet || true
}
trap remove EXIT

kubectl() { "$mokctl" exec "$cluster-master-1" -- kubectl "$@"; }

# Each test finds the data as it was saved, although the other one deletes some.
first_test() {
  [[ $(kubectl get configmap shelf --output='jsonpath={.data.books}') == 3 ]]
  kubectl delete configmap shelf
}
second_test() {
  [[ $(kubectl get configmap shelf --output='jsonpath={.data.books}') == 3 ]]
  kubectl create namespace of-the-second-test
}

"$mokctl" create cluster "$cluster" 1 1
kubectl create configmap shelf --from-literal=books=3
"$mokctl" create snapshot "$cluster" "$snapshot"

for test in first_test second_test first_test; do
  SECONDS=0
  "$mokctl" restore cluster "$cluster" "$snapshot" --yes --quiet
  "$test"
  echo "$test: passed, $SECONDS s with its fresh cluster"
done
