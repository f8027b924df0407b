#!/bin/sh
# What shall go wrong.
# shellcheck disable=SC2034,SC2154 # mod.rs puts the files together.

# Sets $rule to the first one that is meant for this call; empty for none. A rule
# is for the calls whose words match its glob: for the Nth of them, or for all.
find_rule() {
  for rule in "$engine"/rules/*/; do
    rule=${rule%/}
    get "$rule/glob"
    # shellcheck disable=SC2254
    case $words in
      $value)
        get "$rule/nth"
        [ -n "$value" ] || return
        ordinal=1
        until mkdir "$rule/match.$ordinal" 2>/dev/null; do ordinal=$((ordinal + 1)); done
        [ "$ordinal" != "$value" ] || return
        ;;
    esac
  done
  rule=
}

# wait_for FILE, or for the end of the test.
wait_for() {
  looks=0
  until [ -e "$1" ]; do
    looks=$((looks + 1))
    # No process is left to wait for.
    [ -d "$rule" ] && [ $looks -lt 6000 ] || exit 1
    sleep 0.02
  done
}

go_wrong() {
  get "$rule/action"
  : >"$rule/reached"
  case $value in
    answer)
      # Does nothing, but says so.
      cat "$rule/stdout"
      cat "$rule/stderr" >&2
      get "$rule/code"
      exit "$value"
      ;;
    garbage)
      (serve "$@") >/dev/null
      cat "$rule/stdout"
      ;;
    hang)
      # Done, but the client never says so.
      (serve "$@") >/dev/null
      exec sleep 100
      ;;
    kill)
      # Done, but the client dies before it can say so.
      (serve "$@") >/dev/null
      kill -9 $$
      ;;
    orphan)
      # Done, and the client dies, but its child has the streams and lives on.
      (serve "$@") >/dev/null
      sleep 20 &
      kill -9 $$
      ;;
    late)
      # The client dies at once; the engine does it nevertheless, a little later.
      (
        sleep 0.4
        serve "$@"
      ) </dev/null >/dev/null 2>&1 &
      kill -9 $$
      ;;
    block)
      # Until the test lets it go.
      wait_for "$rule/release"
      serve "$@"
      ;;
    *) unknown ;;
  esac
}
