#!/usr/bin/env bash
# Runs before the kubelet in a node whose container was replaced by one of another image. The volume
# with the runtime's state has images that link to files of the former image. Adds this image's
# container images, which the volume hides, once, with links to their files. Images that users have
# loaded stay.
set -euo pipefail

mark=/root/mok/adopt
[[ -e $mark ]] || exit 0
# In a new mount namespace, so that mounts disappear with it.
if [[ ${1:-} != alone ]]; then exec unshare --mount bash "$0" alone; fi
own=$(mktemp --directory)
mkdir "$own/root" "$own/image"
mount --bind / "$own/root"
# Works on a copy of half a megabyte, because containerd changes what it opens.
state=$own/store
cp --archive "$own/root/var/lib/containerd" "$state"
cat >"$own/config.toml" <<'TOML'
version = 3
disabled_plugins = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime', 'io.containerd.nri.v1.nri']
TOML
containerd --config "$own/config.toml" --root "$state" --state "$own/state" \
  --address "$own/sock" >"$own/log" 2>&1 &
containerd=$!
# A failed service leaves its processes, and this one would hold a lock that the next try needs.
trap 'kill "$containerd" && wait "$containerd" || true' EXIT
ours() { ctr --address "$own/sock" --namespace k8s.io "$@"; }
here() { ctr --namespace k8s.io "$@"; }
# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
# A node made by an earlier mokctl has no PATIENCE.
wait_until "${PATIENCE:-60}" "the image's own containerd" ours version >/dev/null

images() { awk 'NR > 1 && $1 !~ /^sha256:/ { print $1, $2, $3 }'; }
# Each of these images has one layer, whose digest is also the key of its snapshot.
layer() { grep --only-matching '"layers":.*' "$1" | grep --only-matching 'sha256:[0-9a-f]*'; }
folder() { "$@" | grep --only-matching '/[^"]*/snapshots/[0-9]*/fs'; }
# Viewing a snapshot makes another one, which may be left from an interrupted try.
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
# In parallel, because each waits most of the time. The flags that list etcd's first members
# (kubeadm/etcd.rs) are dropped: etcd ignores them once it has data, but with them kubeadm would
# restart it.
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
# Without layers: containerd does not need them if the snapshots exist.
tar --create --directory="$own/image" . --directory="$state/${blobs%/*}" blobs |
  here images import --local --discard-unpacked-layers - >/dev/null
# The control plane is that of this image. kubeadm must find its manifests as it would write them.
if compgen -G '/etc/kubernetes/manifests/*.yaml' >/dev/null; then
  sed --in-place "${edits[@]}" /etc/kubernetes/manifests/*.yaml
fi
# kubeadm 1.34 writes a flag that kubelets from 1.35 on do not know.
sed --in-place 's/--pod-infra-container-image=[^ "]* *//' /var/lib/kubelet/kubeadm-flags.env

# The files of the former image's container images are gone. Until add-ons are upgraded, they ask
# for these by name, and get this image's of another version.
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
  # The runtime also lists the image under the digest of its configuration.
  config=$(grep --only-matching '"config":{[^}]*}' "/var/lib/containerd/$blobs/${digest/://}")
  here images remove "$(grep --only-matching 'sha256:[0-9a-f]*' <<<"$config")"
done >/dev/null
rm "$mark"
