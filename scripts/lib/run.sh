#!/usr/bin/env bash
# run.sh ARGS...: builds the program if anything it is made of has changed, then becomes it. Runs where the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

# shellcheck disable=SC2034
FAILURE=125 # read by die
[[ -n ${DLTRAIN_NO_BUILD:-} ]] || build release dltrain
exec "$repo/build/release/bin/dltrain" "$@"
