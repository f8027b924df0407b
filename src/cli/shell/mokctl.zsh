#compdef mokctl
# Completion of mokctl for zsh. It asks mokctl itself, so it knows the clusters.

_mokctl() {
  local lines
  local -a found
  if lines=$(mokctl completion zsh -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null); then
    found=(${(f)lines})
    _describe 'mokctl' found
  elif (($? == 2)); then
    _files
  else
    _files -/
  fi
}

# Loaded by name it is called at once; sourced it is registered.
if [[ $funcstack[1] == _mokctl ]]; then
  _mokctl "$@"
else
  compdef _mokctl mokctl
fi
