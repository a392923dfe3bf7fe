#!/usr/bin/env bash
# clang_tidy.sh [FILE...]: runs clang-tidy with the commands of the release build. Runs where the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

mkdir -p -- "$repo/build"
lock "$repo/build/.release.lock"
configure release
unlock
if (($#)); then
  printf '%s\0' "$@"
else
  cd -- "$repo"
  find core graph -name '*.cpp' -print0 | sort -z
fi | xargs --null --max-args=1 --max-procs="$(nproc)" \
  clang-tidy -p "$repo/build/release" --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated' >&2)
say "no mistakes found"
