#!/usr/bin/env bash
# Looks through every file of the project: shellcheck for the scripts, and rules
# that no other tool knows. Looks at everything before it fails.
# What runs in a node is these very scripts: their values come from a file beside
# them, so nothing is left to check in what mokctl writes there.
set -euo pipefail

cd "$(dirname "$0")/.."
here=scripts
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
"$here/need.sh" shellcheck shellcheck

# A copy without its history has no git to ask. A checkout may be another user's.
list() {
  git -c safe.directory='*' ls-files --cached --others --exclude-standard 2>/dev/null ||
    find . -type f -not -path './target/*' -not -path './.git/*' -printf '%P\n'
}
texts=() scripts=()
shebang='^#!.*[/ ](ba)?sh( |$)'
while read -r file; do
  # Not there: deleted, and not yet committed so.
  if ! [[ -s $file ]] || ! grep --quiet --binary-files=without-match '' "$file"; then continue; fi
  texts+=("$file")
  # False for a first line without an end: read has it all the same.
  read -r first <"$file" || true
  # What is sourced may do without: bash completion does.
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
# The brackets keep these lines from finding themselves.
refuse "left over from work" 'dbg[!]|todo[!]|unimplemented[!]|FIX[M]E|XX[X]' "${texts[@]}"
for file in "${texts[@]}"; do
  if [[ -n $(tail -c 1 "$file") ]]; then
    say "refused: $file does not end with a newline"
    failed=1
  fi
done

# One place runs programs: src/docker/.
sources=()
for file in "${texts[@]}"; do
  case $file in
    src/docker/* | src/kubeconfig/*) ;;
    src/*.rs) sources+=("$file") ;;
  esac
done
refuse "only src/docker/ runs programs" '\bduct::|Command::new' "${sources[@]}"

# Banned words. Not ours are the licences and the original's answers; a picture has the
# words of its source; and a comment in what an image is built of would change the image.
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
      # A pattern.
      # shellcheck disable=SC2053
      if [[ $file == $place ]]; then continue 2; fi
    done
    files+=("$file")
  done
  refuse "better: $better" "$words" "${files[@]}"
done <scripts/words.txt

((failed == 0)) || die "see above"
