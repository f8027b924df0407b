#!/usr/bin/env bash
# Times the built mokctl: creates and deletes a cluster of each shape, ROUNDS times
# after a warm-up, and prints seconds as "least / median / most".
# usage: scripts/measure.sh [ROUNDS] [SHAPE...]      scripts/measure.sh 5 1+0 1+1
set -euo pipefail

cd "$(dirname "$0")/.."
rounds=${1:-5}
if (($# > 0)); then shift; fi
shapes=("$@")
if ((${#shapes[@]} == 0)); then shapes=(1+0 1+1 1+3); fi

mokctl=${CARGO_TARGET_DIR:-target}/release/mokctl
name=measure-$$
folder=$(mktemp -d)
export KUBECONFIG=$folder/config
# Mostly there is no cluster any more, and to say so would be noise.
trap '"$mokctl" -q delete cluster "$name" --yes >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

# seconds COMMAND...: how long it takes; it must succeed.
seconds() {
  local begun=$EPOCHREALTIME
  "$@" >"$folder/log" 2>&1 || {
    cat "$folder/log" >&2
    return 1
  }
  echo "$EPOCHREALTIME $begun" | awk '{ printf "%.1f\n", $1 - $2 }'
}

# summary FILE: "least / median / most" of the numbers in it.
summary() {
  sort --numeric-sort "$1" |
    awk '{ all[NR] = $1 } END { printf "%.1f / %.1f / %.1f", all[1], all[int((NR + 1) / 2)], all[NR] }'
}

for shape in "${shapes[@]}"; do
  rm -f "$folder"/{create,delete}
  for ((round = 0; round <= rounds; round++)); do
    created=$(seconds "$mokctl" create cluster "$name" "${shape%+*}" "${shape#*+}")
    deleted=$(seconds "$mokctl" delete cluster "$name" --yes)
    if ((round > 0)); then
      echo "$created" >>"$folder/create"
      echo "$deleted" >>"$folder/delete"
    fi
  done
  echo "$shape: all nodes Ready $(summary "$folder/create") s, deleted $(summary "$folder/delete") s ($rounds rounds)"
done
