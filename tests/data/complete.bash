# What _mokctl finds at the end of the line $2; $1 is mokctl.
PATH=${1%/*}:$PATH
# shellcheck source=/dev/null
source <(mokctl completion bash)
# shellcheck disable=SC2034 # What bash gives a completing function.
COMP_LINE=$2 COMP_POINT=${#2}
compopt() { echo "compopt $*"; }
_mokctl
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
