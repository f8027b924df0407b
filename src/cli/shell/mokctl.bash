# Completion of mokctl for bash. It asks mokctl itself, so it knows the clusters.

_mokctl() {
  # Not COMP_WORDS: readline also breaks words at ':' and '='.
  local line=${COMP_LINE:0:COMP_POINT} words found
  read -ra words <<<"$line"
  [[ $line != *[[:blank:]] ]] || words+=('')
  COMPREPLY=()
  if found=$(mokctl completion bash -- "${words[@]:1}" 2>/dev/null); then
    # Readline replaces what stands behind the last break alone.
    local last=${words[-1]}
    local kept=${last%"${last##*[=:]}"}
    [[ -z $found ]] || mapfile -t COMPREPLY <<<"$found"
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  elif (($? == 2)); then
    compopt -o default
  else
    compopt -o dirnames
  fi
}

complete -F _mokctl mokctl
