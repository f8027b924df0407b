#!/bin/sh
# Which containers, networks and images there are.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

# has_labels FILE FILTER...: whether every KEY or KEY=VALUE is in it.
has_labels() {
  labels=$1
  shift
  for filter in "$@"; do has_label "$labels" "$filter" || return 1; done
}

has_label() {
  while IFS= read -r line; do
    case $line in "$2" | "$2="*) return 0 ;; esac
  done <"$1"
  return 1
}

# list_flags WORD...: sets $all and $filters.
list_flags() {
  all='' filters='' format=''
  for word in "$@"; do
    case $word in
      --all) all=yes ;;
      --quiet | --no-trunc) ;;
      --format='{{.Names}}' | --format='{{.Repository}}:{{.Tag}}') format=name ;;
      --filter=dangling=false) ;;
      --format='{{.Label "'*'"}}') format=${word#*\"} format=${format%%\"*} ;;
      --filter=label=*) filters="$filters ${word#--filter=label=}" ;;
      *) unknown ;;
    esac
  done
  case $words in *--quiet*--no-trunc* | *--format=*) ;; *) unknown ;; esac
}

ps() {
  list_flags "$@"
  for folder in "$engine"/containers/*/; do
    folder=${folder%/}
    get "$folder/id"
    id=$value
    [ -n "$id" ] || continue
    get "$folder/status"
    [ -n "$all" ] || [ "$value" = running ] || continue
    # shellcheck disable=SC2086
    has_labels "$folder/labels" $filters || continue
    [ -z "$format" ] || id=${folder##*/}
    echo "$id"
  done
  return 0
}

network_ls() {
  list_flags "$@"
  for folder in "$engine"/networks/*/; do
    folder=${folder%/}
    get "$folder/id"
    id=$value
    [ -n "$id" ] || continue
    # shellcheck disable=SC2086
    has_labels "$folder/labels" $filters || continue
    [ -z "$format" ] || id=$(grep -e "^$format=" "$folder/labels") id=${id#*=}
    echo "$id"
  done
  return 0
}

image_ls() {
  list_flags "$@"
  find "$engine/images" -name labels | while IFS= read -r file; do
    # shellcheck disable=SC2086
    has_labels "$file" $filters || continue
    file=${file#"$engine/images/"} file=${file%/labels}
    if [ -n "$format" ]; then echo "$file"; else image_id "$file"; fi
  done
}
