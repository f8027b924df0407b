#!/usr/bin/env bash
# Before the kubelet starts in a node whose container is one of another image: the volume
# with the runtime's state has images that lead to files of the former container's image.
# This image's own, which the volume hides, get into it, once, with links to the files that
# are there now. What users loaded stays.
set -euo pipefail

mark=/root/mok/adopt
[[ -e $mark ]] || exit 0
# What is mounted in a new mount namespace goes with it.
if [[ ${1:-} != alone ]]; then exec unshare --mount bash "$0" alone; fi
own=$(mktemp --directory)
mkdir "$own/root" "$own/image"
mount --bind / "$own/root"
# A copy, which is half a megabyte: what is looked at leaves marks.
state=$own/store
cp --archive "$own/root/var/lib/containerd" "$state"
cat >"$own/config.toml" <<'TOML'
version = 3
disabled_plugins = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime', 'io.containerd.nri.v1.nri']
TOML
containerd --config "$own/config.toml" --root "$state" --state "$own/state" \
  --address "$own/sock" >"$own/log" 2>&1 &
containerd=$!
# A service that fails leaves its programs, and this one holds what the next try needs.
trap 'kill "$containerd" && wait "$containerd" || true' EXIT
ours() { ctr --address "$own/sock" --namespace k8s.io "$@"; }
here() { ctr --namespace k8s.io "$@"; }
# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
# A node of an earlier mokctl does not say how patient to be.
wait_until "${PATIENCE:-60}" "the image's own containerd" ours version >/dev/null

images() { awk 'NR > 1 && $1 !~ /^sha256:/ { print $1, $2, $3 }'; }
# Each image has one layer, whose digest is also the key of its snapshot.
layer() { grep --only-matching '"layers":.*' "$1" | grep --only-matching 'sha256:[0-9a-f]*'; }
folder() { "$@" | grep --only-matching '/[^"]*/snapshots/[0-9]*/fs'; }
# A look at a snapshot is one itself: gone by now, or left by a try that was cut short.
forget() { here snapshots remove "mok-$1" 2>/dev/null || true; }
blobs=io.containerd.content.v1.content/blobs

# adopt DIGEST: links a snapshot of the image to its files.
adopt() {
  local chain from to
  chain=$(layer "$state/$blobs/${1/://}")
  from=$(folder ours snapshots view --mounts "mok-$chain" "$chain")
  forget "$chain"
  if to=$(folder here snapshots view --mounts "mok-$chain" "$chain" 2>/dev/null); then
    forget "$chain"
    ln --symbolic --force --no-dereference "$(readlink "$from")" "$to"
  else
    to=$(folder here snapshots prepare --mounts "mok-$chain")
    rmdir "$to"
    ln --symbolic "$(readlink "$from")" "$to"
    here snapshots commit "$chain" "mok-$chain"
  fi
}
# Most of the time is waiting: side by side. Of etcd's first members mokctl has told each
# all others (kubeadm/etcd.rs), which means nothing to one that has data, and kubeadm would start it anew.
jobs=() index='' edits=(--expression='0,/--initial-cluster=/!{/--initial-cluster=/d}')
while read -r name type digest; do
  adopt "$digest" &
  jobs+=("$!")
  size=$(stat --format=%s "$state/$blobs/${digest/://}")
  index+="${index:+,}{\"mediaType\":\"$type\",\"digest\":\"$digest\",\"size\":$size"
  index+=",\"annotations\":{\"io.containerd.image.name\":\"$name\"}}"
  edits+=(--expression="s|\( image: ${name%:*}\):.*|\1:${name##*:}|")
done < <(ours images list | images | tee "$own/names")
for job in "${jobs[@]}"; do wait "$job"; done
echo '{"imageLayoutVersion":"1.0.0"}' >"$own/image/oci-layout"
echo "{\"schemaVersion\":2,\"manifests\":[$index]}" >"$own/image/index.json"
# Without the layers, which are not asked for where the snapshots are there.
tar --create --directory="$own/image" . --directory="$state/${blobs%/*}" blobs |
  here images import --local --discard-unpacked-layers - >/dev/null
# The control plane is this image's; kubeadm finds its manifests as it would write them.
if compgen -G '/etc/kubernetes/manifests/*.yaml' >/dev/null; then
  sed --in-place "${edits[@]}" /etc/kubernetes/manifests/*.yaml
fi
# kubeadm 1.34 writes a flag that the kubelet has not known since 1.35.
sed --in-place 's/--pod-infra-container-image=[^ "]* *//' /var/lib/kubelet/kubeadm-flags.env

# A former image's files are gone. Add-ons ask for it by its name until they are upgraded:
# this image's own of another version is there.
here images list | images | while read -r name _ digest; do
  other=$(awk -v name="$name" 'BEGIN { sub(/:[^:]*$/, "", name) }
    index($1, name ":") == 1 { print $1 }' "$own/names")
  [[ -n $other && $other != "$name" ]] || continue
  chain=$(layer "/var/lib/containerd/$blobs/${digest/://}") || continue
  to=$(folder here snapshots view --mounts "mok-$chain" "$chain" 2>/dev/null) || continue
  forget "$chain"
  [[ -L $to ]] || continue
  case $name in
    */etcd:* | */kube-apiserver:* | */kube-controller-manager:* | */kube-scheduler:*)
      here images remove "$name" ;;
    *) here images tag --force "$other" "$name" ;;
  esac
  # The runtime has it by the digest of its configuration, too.
  config=$(grep --only-matching '"config":{[^}]*}' "/var/lib/containerd/$blobs/${digest/://}")
  here images remove "$(grep --only-matching 'sha256:[0-9a-f]*' <<<"$config")"
done >/dev/null
rm "$mark"
