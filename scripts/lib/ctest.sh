#!/usr/bin/env bash
# ctest.sh OPTIONS...: builds everything and runs the tests. Runs where the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

build release all
say "running the tests (a few minutes)"
exec ctest --test-dir "$repo/build/release" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
