#!/usr/bin/env bash
# What the scripts answer to wrong arguments, before they look for a toolchain.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/expect.sh"
export HOME=$folder XDG_CACHE_HOME=

# run SCRIPT ARGUMENT...: sets `status` and `answer`.
run() {
  status=0
  answer=$("$scripts/$1" "${@:2}" 2>&1) || status=$?
}

for arguments in --nonsense x "--interop x"; do
  # shellcheck disable=SC2086
  run test $arguments
  expect "scripts/test $arguments" 2 "$status"
  expect_in "scripts/test $arguments" "usage: scripts/test" "$answer"
done
run test --help
expect "scripts/test --help" 0 "$status"
run setup --nonsense
expect "scripts/setup --nonsense" 2 "$status"
run format --nonsense
expect "scripts/format --nonsense" 2 "$status"
DLTRAIN_TOOLCHAIN=other run dltrain
expect "a wrong DLTRAIN_TOOLCHAIN" 125 "$status"
expect_in "a wrong DLTRAIN_TOOLCHAIN" 'it can be "system" or "root"' "$answer"

# A stage is found by its file.
mkdir -p -- "$folder/scripts/stages"
cp -- "$scripts/test" "$folder/scripts/"
scripts=$folder/scripts
run test --faults
expect "a stage that is not there" 1 "$status"
expect_in "a stage that is not there" "--faults does not exist in this version" "$answer"
printf '#!/bin/sh\necho "stage: $*"; exit 7\n' >"$scripts/stages/faults"
chmod +x -- "$scripts/stages/faults"
run test --faults -- -k one
expect "a stage that is there" "7 stage: -k one" "$status $answer"
finish
