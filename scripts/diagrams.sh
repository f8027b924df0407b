#!/usr/bin/env bash
# Draws the diagrams of docs/diagrams anew: the parser's source out of the parser,
# then a picture of each source. A picture ends with its source's hash, by which the
# tests know it for the one of this source.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/need.sh dot graphviz

SNAPSHOTS=overwrite cargo test --locked --quiet --lib diagram
for source in docs/diagrams/*.dot; do
  hash=$(sha256sum <"$source")
  {
    dot -Tsvg "$source"
    printf '<!-- %s -->\n' "${hash%% *}"
  } >"${source%.dot}.svg"
done
