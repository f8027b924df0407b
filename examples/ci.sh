#!/usr/bin/env bash
# A fresh cluster for every test, out of a snapshot: docs/ci.md. Wants mokctl, docker
# and kubectl's place in the first node; leaves nothing.
set -euo pipefail

mokctl=${MOKCTL:-mokctl}
cluster=ci-$$
snapshot=$cluster-fresh
remove() {
  # One of them may never have been made; the job ends as its tests did.
  "$mokctl" delete cluster "$cluster" --yes --quiet || true
  "$mokctl" delete snapshot "$snapshot" --yes --quiet || true
}
trap remove EXIT

kubectl() { "$mokctl" exec "$cluster-master-1" -- kubectl "$@"; }

# Finds the shelf as it was filled, and leaves it as it never was.
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
