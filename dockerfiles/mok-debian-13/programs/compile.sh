#!/usr/bin/env bash
# Compiles programs of one Go module into /out, with that module's own go.mod and
# go.sum: with exactly the dependencies and checksums that its project released it with.
# Announces each program on a line of its own, `compiling NAME`.
# usage: compile.sh MODULE@VERSION STAGING LINKER_FLAGS NAME=SOURCE...
#   STAGING  version of the modules that MODULE keeps in its own folder; may be empty
#   SOURCE   a Go package, or the tests of one where NAME ends in .test; or a file of Go
#            beside this script, which may call the module's commands as Main(); or, in the
#            module's folder, a C source or a file to take. Names with the same SOURCE
#            become links to one program
# env: GOPROXY and the like, as the user has them
set -euo pipefail

here=$(dirname "$0")
module=$1 staging=$2 stamps=$3
shift 3
out=/out
mkdir -p "$out"
# Caches, shared with other builds.
export GOMODCACHE=/go/mod GOCACHE=/go/build
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOWORK=off
# Where the machine trusts others than Debian does: mokctl brings them.
if [[ -e /mok/authorities.crt ]]; then export SSL_CERT_FILE=/mok/authorities.crt; fi

described=$(go mod download -json "$module")
# Dir is where it was unpacked: a line `"Dir": "FOLDER",` of its own.
folder=$(sed --quiet 's|^\t"Dir": "\(.*\)",\?$|\1|p' <<<"$described")

# A module of ours around it, because its own go.mod may name folders that are no part of
# it: what it requires, replaces and excludes stays, but for those.
work=$(mktemp -d)
cp --no-preserve=mode "$folder"/go.{mod,sum} "$work/"
cd "$work"
go mod edit -module=mok.invalid/build -require="$module"
# Lines `NAME => ./FOLDER`.
local_replacements() {
  go mod edit -print |
    sed --quiet '/^replace/,/^)/ s|^\(replace\)\?[[:space:]]*\([^ ]*\) => \.\.\?/.*|\2|p'
}
for name in $(local_replacements); do
  go mod edit -dropreplace="$name"
  # A required version of v0.0.0 stands for none.
  if grep --quiet --extended-regexp "^(require)?[[:space:]]+$name v0\.0\.0( |\$)" go.mod; then
    go mod edit -replace="$name=$name@$staging"
  fi
done

# importable PACKAGE: makes the commands that PACKAGE imports importable, in a copy of the
# module. Go imports no package main, and these projects keep no other that is the command.
importable() {
  local imports commands command
  imports=$(go list -e -f '{{join .Imports "\n"}}' "$1")
  commands=$(xargs go list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' <<<"$imports")
  for command in $commands; do
    if [[ ! -d module ]]; then
      cp --recursive --no-preserve=mode "$folder" module
      go mod edit -replace="${module%@*}=./module"
    fi
    command=module/${command#"${module%@*}"/}
    rm -f "$command"/*_test.go
    sed --in-place --expression='s/^package main$/package command/' \
      --expression='s/^func main() {$/func Main() {/' "$command"/*.go
  done
}

declare -A made # by source, the name of what was made of it
for program; do
  name=${program%%=*} source=${program#*=}
  echo "compiling $name"
  if [[ -n ${made[$source]:-} ]]; then
    ln "$out/${made[$source]}" "$out/$name"
    continue
  fi
  made[$source]=$name
  case $source in
    *.c)
      # Its Makefile says which version it calls itself.
      version=$(sed --quiet 's/^TAG ?= *//p' "$folder/${source%/*/*}/Makefile")
      gcc -Os -Wall -static "-DVERSION=$version" -o "$out/$name" "$folder/$source"
      strip "$out/$name"
      ;;
    *.crt | *.jpg | *.json | *.key | *.yaml) install -m 0644 "$folder/$source" "$out/$name" ;;
    *)
      verb=(build) package=$source
      if [[ $name == *.test ]]; then verb=(test -c -vet=off); fi
      if [[ $source == *.go ]]; then
        package=./${source%.go}
        mkdir "$package"
        cp "$here/$source" "$package/"
        importable "$package"
      fi
      # A debugger alone would want what -s and -w leave out: it need not be made. gRPC's page of
      # its latest requests is made with a template, which may call any method of anything:
      # without it the linker leaves out those that are not called. Kubernetes' and CoreDNS'
      # own releases are built with this tag, too (hack/lib/golang.sh).
      go "${verb[@]}" -tags=grpcnotrace -trimpath -gcflags=all=-dwarf=false -ldflags "-s -w $stamps" \
        -o "$out/$name" "$package"
      ;;
  esac
done
