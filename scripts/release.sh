#!/usr/bin/env bash
# Puts the files of a release into FOLDER: the program, its Debian package, completions and manual
# page, node images as files, an SBOM for each, the install script, and the checksums. The same
# input always makes the same files.
# usage: release.sh MOKCTL DEB FOLDER
# env: IMAGES (names, separated by blanks) or VERSIONS, which are built if needed; URL of the files,
#      for install.sh; LEVEL of zstd; KEY, an SSH key to sign with
set -euo pipefail

here=$(realpath "$(dirname "$0")")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

mokctl=$(realpath "$1") deb=$(realpath "$2")
mkdir -p "$3"
folder=$(realpath "$3")
"$here/need.sh" zstd zstd
PATH=$("$here/syft.sh"):$PATH
# The SBOM lists packages and modules, not thousands of files.
export SYFT_FILE_METADATA_SELECTION=none
work=$(mktemp --directory --tmpdir="$folder")
trap 'rm -rf "$work"' EXIT

version=$("$mokctl" version | cut -d ' ' -f 2)
arch=$(dpkg --print-architecture)
name=mokctl-$version-linux-$arch
find "$folder" -maxdepth 1 -type f ! -name digests -delete

# pack FOLDER [FIRST...]: writes an archive to standard output, these files first. Its bytes depend
# only on the contents of the files.
pack() {
  local files
  mapfile -t files < <(cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort |
    grep --invert-match --line-regexp --fixed-strings --regexp="${2-}")
  tar --create --directory="$1" --format=ustar --mtime=@0 --mode=u=rw,go=r --owner=0 --group=0 \
    --numeric-owner -- "${@:2}" "${files[@]}"
}

say "the program"
install -m 0755 "$mokctl" "$folder/$name"
install -m 0644 "$deb" "$folder/mokctl_${version}_$arch.deb"
mkdir -p "$work/share/"{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$mokctl" man >"$work/share/man/man1/mokctl.1"
"$mokctl" completion bash >"$work/share/bash-completion/completions/mokctl"
"$mokctl" completion zsh >"$work/share/zsh/site-functions/_mokctl"
"$mokctl" completion fish >"$work/share/fish/vendor_completions.d/mokctl.fish"
pack "$work/share" | gzip --no-name --best >"$folder/mokctl-$version-share.tar.gz"
syft scan --quiet "file:$here/../Cargo.lock" --source-name mokctl --source-version "$version" \
  --output "cyclonedx-json=$folder/$name.cdx.json"
sed --expression="s|^version=.*|version=\${MOKCTL_VERSION:-$version}|" \
  --expression="s|^url=.*|url=\${MOKCTL_URL:-${URL-}}|" "$here/install.sh" >"$folder/install.sh"

images=${IMAGES-}
for wanted in $([[ -n $images ]] || echo "${VERSIONS-}"); do
  images+=" $("$mokctl" build image --quiet --k8sver "$wanted")"
done
for image in $images; do
  label='{{index .Config.Labels "mok.image.kubernetes"}} {{.Architecture}}'
  read -r kubernetes of < <(docker image inspect --format="$label" "$image")
  file=mokctl-node-$kubernetes-$of
  say "$file.tar.zst"
  mkdir "$work/image"
  docker save "$image" | tar --extract --directory="$work/image"
  # Old engines write a timestamp to this file.
  rm -f "$work/image/repositories"
  # With manifest.json first, a reader knows the contents from the beginning.
  pack "$work/image" manifest.json | zstd --quiet --threads=0 "-${LEVEL:-12}" -o "$folder/$file.tar.zst"
  say "$file.cdx.json"
  pack "$work/image" manifest.json >"$work/image.tar"
  rm -rf "$work/image"
  syft scan --quiet "docker-archive:$work/image.tar" --source-name mokctl-node \
    --source-version "$kubernetes" --output "cyclonedx-json=$folder/$file.cdx.json"
  rm "$work/image.tar"
done

rm -rf "$work"
(cd "$folder" && sha256sum -- * >"$OLDPWD/sums.$$")
mv "sums.$$" "$folder/SHA256SUMS"
if [[ -n ${KEY-} ]]; then ssh-keygen -q -Y sign -f "$KEY" -n mokctl "$folder/SHA256SUMS"; fi
say "$folder:"
(cd "$folder" && du --apparent-size --human-readable -- *) >&2
