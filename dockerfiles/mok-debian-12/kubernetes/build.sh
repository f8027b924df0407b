#!/usr/bin/env bash
# Builds the Kubernetes programs and the pause program.
# usage: build.sh SOURCE_FOLDER OUTPUT_FOLDER   (env: KUBE_VERSION)
set -euo pipefail

source_folder=$1
output=$2
mkdir -p "$output"

# The vendored reflect2 1.0.1 reaches into runtime structures that Go 1.18
# changed: kubeadm and kubelet crash while writing YAML. Debian's 1.0.2 does not.
reflect2=github.com/modern-go/reflect2
rm "$source_folder/vendor/$reflect2"/*
cp "/usr/share/gocode/src/$reflect2"/*.{go,s} "$source_folder/vendor/$reflect2/"

cd "$source_folder"
# Debian spells it 1.20.5+really1.20.2-...: refuse to label one as the other.
version=$(dpkg-parsechangelog -S Version)
[[ $version == *"${KUBE_VERSION#v}"* ]] || {
  echo "the source package is $version, not $KUBE_VERSION" >&2
  exit 1
}
export KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=archive KUBE_GIT_VERSION=$KUBE_VERSION
export GO111MODULE=off GOFLAGS=
# dockerless: without it every kubelet start waits 5 s for a Docker daemon that
# is not there. providerless drops cloud providers: half the kubelet's size.
programs=(kubeadm kubelet kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy)
# One line: make hands WHAT to a shell.
make GOFLAGS="-tags=dockerless,providerless" WHAT="${programs[*]/#/cmd/}"
for program in "${programs[@]}"; do
  install -m 0755 _output/local/bin/linux/*/"$program" "$output/"
done

# The image that holds a pod's namespaces open runs this one static program.
gcc -Os -Wall -static -DVERSION="${KUBE_VERSION#v}" -o "$output/pause" build/pause/linux/pause.c
strip "$output"/*
