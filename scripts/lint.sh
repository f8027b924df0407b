#!/usr/bin/env bash
# Checks every file of the project: scripts with shellcheck, and all files with rules that no other
# tool has. Checks everything before it fails.
# Scripts for nodes are plain files, too: mokctl only writes their values to a separate file.
set -euo pipefail

cd "$(dirname "$0")/.."
here=scripts
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
"$here/need.sh" shellcheck shellcheck

# Without git, for a copy without its history. The checkout may belong to another user.
list() {
  git -c safe.directory='*' ls-files --cached --others --exclude-standard 2>/dev/null ||
    find . -type f -not -path './target/*' -not -path './.git/*' -printf '%P\n'
}
texts=() scripts=()
shebang='^#!.*[/ ](ba)?sh( |$)'
while read -r file; do
  # Skips files that were deleted without a commit.
  if ! [[ -s $file ]] || ! grep --quiet --binary-files=without-match '' "$file"; then continue; fi
  texts+=("$file")
  # read fails on a line without a newline, but returns the line.
  read -r first <"$file" || true
  # Files that are sourced need no first line: bash completion has none.
  if [[ $first =~ $shebang || $file == *.bash ]]; then scripts+=("$file"); fi
done < <(list | sort)

failed=0
# refuse RULE PATTERN FILE...: fails with every line that the pattern finds.
how=(--line-number --with-filename --extended-regexp)
refuse() {
  local rule=$1 pattern=$2
  shift 2
  if grep "${how[@]}" --regexp="$pattern" -- "$@" >&2; then
    say "refused: $rule"
    failed=1
  fi
}

say "shellcheck for ${#scripts[@]} scripts"
shellcheck --external-sources "${scripts[@]}" || failed=1
for file in "${texts[@]}"; do
  if [[ $file == *.sh && ! " ${scripts[*]} " == *" $file "* ]]; then
    say "refused: $file does not say which shell runs it"
    failed=1
  fi
done

say "rules for ${#texts[@]} files"
refuse "white space at a line's end" '[[:blank:]]+$' "${texts[@]}"
refuse "a carriage return" $'\r' "${texts[@]}"
# The brackets keep this line from matching itself.
refuse "left over from work" 'dbg[!]|todo[!]|unimplemented[!]|FIX[M]E|XX[X]' "${texts[@]}"
for file in "${texts[@]}"; do
  if [[ -n $(tail -c 1 "$file") ]]; then
    say "refused: $file does not end with a newline"
    failed=1
  fi
done

# Only src/docker/ may run programs.
sources=()
for file in "${texts[@]}"; do
  case $file in
    src/docker/* | src/kubeconfig/*) ;;
    src/*.rs) sources+=("$file") ;;
  esac
done
refuse "only src/docker/ runs programs" '\bduct::|Command::new' "${sources[@]}"

# Banned words. Left out are licences, the original's answers, pictures (their sources are checked),
# and the build files of images, in which a changed comment would change the image.
prose=()
for file in "${texts[@]}"; do
  case $file in
    scripts/words.txt | tests/parity/recorded.txt | *.svg | LICENSE-* | dockerfiles/*) ;;
    *) prose+=("$file") ;;
  esac
done
how+=(--ignore-case --word-regexp)
while IFS=$'\t' read -r words better places; do
  if [[ $words == '#'* ]]; then continue; fi
  read -ra allowed <<<"$places"
  files=()
  for file in "${prose[@]}"; do
    for place in "${allowed[@]}"; do
      # $place is a pattern, so it is not quoted.
      # shellcheck disable=SC2053
      if [[ $file == $place ]]; then continue 2; fi
    done
    files+=("$file")
  done
  refuse "better: $better" "$words" "${files[@]}"
done <scripts/words.txt

((failed == 0)) || die "see above"
