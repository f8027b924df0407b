#!/bin/sh
# Images are made.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

make_image() {
  mkdir -p "$engine/images/$1"
  : >>"$engine/images/$1/labels"
}

build() {
  save_stdin
  for word in "$@"; do
    case $word in
      --tag=*) make_image "${word#*=}" ;;
      --build-arg=* | --label=* | -) ;;
      *) unknown ;;
    esac
  done
  echo "Step 1/1 : FROM scratch"
  echo "Successfully built"
}

# An image here is its name, so there is never one without.
image_prune() {
  case "$*" in
    "--force --filter=label="?*) echo "Total reclaimed space: 0B" ;;
    *) unknown ;;
  esac
}

commit() {
  labels=
  while :; do
    case $1 in
      "--change=LABEL "*) labels="$labels${1#--change=LABEL }
" ;;
      --change=*) ;;
      -*) unknown ;;
      *) break ;;
    esac
    shift
  done
  need_container "$1"
  make_image "$2"
  # Its container's, and then those that are given here.
  labels=$(printf '%s' "$labels" | merge_labels "$found/labels" -)
  printf '%s\n' "$labels" >"$engine/images/$2/labels"
  rm -rf "$engine/images/$2/root"
  cp -R "$found/root" "$engine/images/$2/root"
  printf 'sha256:%064x\n' "$n"
}

image_rm() {
  [ "$1" = --force ] || unknown
  shift
  status=0
  for ref in "$@"; do
    if find_image "$ref"; then
      rm -rf "${engine:?}/images/$found"
      echo "Untagged: $ref"
    else
      echo "Error: No such image: $ref" >&2
      status=1
    fi
  done
  return $status
}

# What is in the one layer of every node image.
base_layer() { printf 'of the node image'; }

# A snapshot's images have one layer more: here it holds their labels.
save() {
  case $1 in
    mok-snapshot/*) ;;
    *)
      # What a node takes in: names in full, and ids.
      for ref in "$@"; do
        find_image "$ref" || fail "Error response from daemon: reference does not exist"
        case $ref in */*) name=$ref ;; *) name=docker.io/library/$ref ;; esac
        echo "$name $(image_id "$found")"
      done >"$call/node-images"
      tar --create --file=- --directory="$call" node-images
      return
      ;;
  esac
  folder=$call/saved list=
  mkdir -p "$folder/base"
  base_layer >"$folder/base/layer.tar"
  for ref in "$@"; do
    find_image "$ref" || fail "Error response from daemon: reference does not exist"
    mkdir "$folder/${ref##*:}"
    cp "$engine/images/$ref/labels" "$folder/${ref##*:}/layer.tar"
    list="$list${list:+,}{\"RepoTags\":[\"$ref\"]}"
  done
  printf '[%s]' "$list" >"$folder/manifest.json"
  (cd "$folder" && tar --create --file=- -- *)
}

load() {
  if [ "$*" = --quiet ]; then
    save_stdin
    [ -s "$call/stdin" ] || fail "open /dev/stdin: unexpected EOF"
    # A release's image: here its labels are beside it.
    if tar --extract --file="$call/stdin" --directory="$call" manifest.json labels 2>/dev/null; then
      ref=$(grep -o 'local/[^"]*' "$call/manifest.json")
      make_image "$ref"
      cp "$call/labels" "$engine/images/$ref/labels"
      echo "Loaded image: $ref"
      return
    fi
    folder=$call/loaded
    mkdir "$folder"
    # The images of the client's own engine; else a snapshot, compressed.
    if ! tar --extract --gzip --file="$call/stdin" --directory="$folder" 2>/dev/null; then
      cp -R "$log/images/." "$engine/images"
      return
    fi
    load_snapshot
    return
  fi
  unknown
}

# load_snapshot: what was unpacked in $folder.
load_snapshot() {
  for layer in "$folder"/*/layer.tar; do
    node=${layer%/layer.tar}
    ref=$(grep -o "mok-snapshot/[^\"]*:${node##*/}" "$folder/manifest.json") || continue
    make_image "$ref"
    cp "$layer" "$engine/images/$ref/labels"
    echo "Loaded image: $ref"
  done
}

import() {
  while :; do
    case $1 in --change=LABEL\ *) shift ;; *) break ;; esac
  done
  [ "$1" = - ] || unknown
  save_stdin
  make_image "$2"
}

pull() {
  [ -f "$engine/registry/$1" ] ||
    fail "Error response from daemon: pull access denied for ${1%:*}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
  make_image "$1"
  cp "$engine/registry/$1" "$engine/images/$1/labels"
}

tag() {
  make_image "$2"
  cp "$engine/images/$1/labels" "$engine/images/$2/labels"
}
