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

for arguments in --nonsense x "--interop x" "--sanitize x"; do
  # shellcheck disable=SC2086
  run test $arguments
  expect "scripts/test $arguments" 2 "$status"
  expect_in "scripts/test $arguments" "usage: scripts/test" "$answer"
done
run test --help
expect "scripts/test --help" 0 "$status"
run docs --nonsense
expect "scripts/docs --nonsense" 2 "$status"
expect_in "scripts/docs --nonsense" "usage: scripts/docs" "$answer"
run setup --nonsense
expect "scripts/setup --nonsense" 2 "$status"
run setup --cuda x
expect "scripts/setup --cuda x" 2 "$status"
for arguments in "" cpu "cuda:x" "cuda --packed"; do
  # shellcheck disable=SC2086
  run test --device $arguments
  expect "scripts/test --device $arguments" 2 "$status"
  expect_in "scripts/test --device $arguments" "usage: scripts/test --device" "$answer"
done
run bundle --cuda --nonsense
expect "scripts/bundle --cuda --nonsense" 2 "$status"
run bundle --with-nvidia a b
expect "scripts/bundle --with-nvidia a b" 2 "$status"

# A toolkit that is named must be one; without one, the report says what is missing and fetches nothing.
mkdir -p -- "$folder/toolkit/bin"
printf '#!/bin/sh\necho "Cuda compilation tools, release 12.4"\n' >"$folder/toolkit/bin/nvcc"
chmod +x -- "$folder/toolkit/bin/nvcc"
DLTRAIN_TOOLCHAIN=system DLTRAIN_CUDA_HOME=$folder/toolkit run setup --check --cuda
expect "a toolkit of another version" 1 "$status"
expect_in "a toolkit of another version" "holds no CUDA toolkit 13" "$answer"
printf '#!/bin/sh\necho "Cuda compilation tools, release 13.0"\n' >"$folder/toolkit/bin/nvcc"
mkdir -- "$folder/toolkit/include"
: >"$folder/toolkit/include/cudnn.h"
: >"$folder/toolkit/include/cudnn_frontend.h"
DLTRAIN_TOOLCHAIN=system DLTRAIN_CUDA_HOME=$folder/toolkit run setup --check --cuda
expect_in "a toolkit that is named" "the installed one in $folder/toolkit" "$answer"
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
