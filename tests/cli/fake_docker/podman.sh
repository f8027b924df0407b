#!/bin/sh
# What is otherwise where the program is called podman. Texts are those of 5.4.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

podman_flags() {
  case " $* " in *systempaths* | *' --quiet '*) unknown ;; esac
}

case ${self##*/} in podman)

  create() {
    podman_flags "$@"
    [ "$1 $2" = '--pids-limit=-1 --systemd=false' ] || unknown
    shift 2
    container_flags "$@"
    shift "$flags"
    make_container "$1" created
    echo "$id"
  }

  update() {
    [ $# = 2 ] || unknown
    need_container "$2"
    echo "${1#--restart=}" >"$found/restart"
    get "$found/id"
    echo "$value"
  }

  save() {
    [ "$1" = --multi-image-archive ] || unknown
    cat "$engine/by-hand.tar"
  }

  endpoint() {
    echo "Error: unrecognized command \`podman context\`" >&2
    exit 125
  }

  network_ls() {
    podman_flags "$@"
    for folder in "$engine"/networks/*/; do
      folder=${folder%/}
      get "$folder/id"
      filters='' answer=$value
      for word in "$@"; do
        case $word in
          --no-trunc | '--format={{.ID}}') ;;
          --filter=label=*) filters="$filters ${word#--filter=label=}" ;;
          '--format={{index .Network.Labels "'*'"}}')
            key=${word#*\"}
            answer=$(grep -e "^${key%%\"*}=" "$folder/labels")
            answer=${answer#*=}
            ;;
          *) unknown ;;
        esac
      done
      # shellcheck disable=SC2086
      has_labels "$folder/labels" $filters || continue
      echo "$answer"
    done
    return 0
  }

  json_network() {
    get "$1/id"
    printf '{"name":"%s","id":"%s","driver":"bridge","labels":' "${1##*/}" "$value"
    json_labels "$1/labels"
    get "$1/subnet"
    printf ',"subnets":[{"subnet":"%s","gateway":"%s"}]}' "$value" "${value%0/24}1"
  }

  json_networks() {
    printf '{"%s":{"IPAddress":"%s","IPAMConfig":null,"NetworkID":"%s"}}' "$1" "$3" "$1"
  }

  print_image_id() { image_id "$1" | cut -d : -f 2; }

  print_network() { echo "$1"; }
  ;;
esac
