#!/usr/bin/env bash
# When a build folder is configured anew, and what is told of a build.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/expect.sh"
source "$scripts/lib/common.sh"
source "$scripts/lib/build.sh"
repo=$folder/checkout
mkdir -p -- "$repo"

# cmake as a stand-in that notes each call and makes what ninja needs.
stand_in cmake "echo \"\$*\" >>'$folder/calls'; mkdir -p build/release; touch build/release/build.ninja"
calls() { [[ ! -e $folder/calls ]] || wc -l <"$folder/calls"; }
touch -d '1 minute ago' "$repo/CMakePresets.json"
export DLTRAIN_INSIDE=/root-a
configure release 2>/dev/null
expect "the first time" 1 "$(calls)"
configure release 2>/dev/null
expect "the second time" 1 "$(calls)"
touch -d '1 minute' "$repo/CMakePresets.json"
configure release 2>/dev/null
expect "other presets" 2 "$(calls)"
touch -d '1 minute ago' "$repo/CMakePresets.json"
touch "$repo/build/release/old.o"
export DLTRAIN_INSIDE=/root-b
configure release 2>/dev/null
expect "another toolchain" "3 gone" "$(calls) $([[ -e $repo/build/release/old.o ]] || echo gone)"

ninja_output() { printf '%s\n' "$@" | build_progress release 2>&1; }
expect "nothing to do, nothing said" "" \
  "$(ninja_output "ninja: Entering directory \`build/release'" "[0/2] Re-checking globbed directories..." "ninja: no work to do.")"
answer=$(ninja_output "[1/2] Building CXX object a.o" "FAILED: b.o" "b.cpp:1: error: x" "[2/2] Building CXX object b.o")
expect_in "steps" "building (preset release, 2 steps" "$answer"
expect_in "errors in full" $'FAILED: b.o\nb.cpp:1: error: x' "$answer"
jobs=$(build_jobs)
((jobs >= 1 && jobs <= $(nproc))) || expect "jobs" "1 to $(nproc)" "$jobs"
finish
