#!/usr/bin/env bash
# Regenerates docs/diagrams: the source of the parser's diagram from the parser, then a picture of
# each source. A picture ends with the hash of its source, which the tests check.
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
