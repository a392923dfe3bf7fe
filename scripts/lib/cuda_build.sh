#!/usr/bin/env bash
# cuda_build.sh OPTIONS...: builds the preset "cuda" and runs its tests on the stand-in for a driver; options are Catch2's.
# Runs where the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

# says TEXT COMMAND...: the command prints the text, whatever its exit code is.
says() {
  local said
  said=$("${@:2}" 2>&1) || true
  [[ $said == *"$1"* ]] || die "this should have said \"$1\": ${*:2}" "it said: $said"
}

build cuda dltrain_test_cuda
build cuda dltrain
bin=$repo/build/cuda/bin
"$bin/dltrain_test_cuda" --colour-mode none "$@"
# The program as a user starts it, with a driver and without.
says "cuda:0 Stand-in GPU" env LD_LIBRARY_PATH="$bin/stand_in" "$bin/dltrain" devices
says "the NVIDIA driver is too old" env LD_LIBRARY_PATH="$bin/stand_in" DLTRAIN_STAND_IN=driver=12040 \
  "$bin/dltrain" fit "$repo/recipes/iris.toml" --device cuda
says "batch_size = 32 fits" env LD_LIBRARY_PATH="$bin/stand_in" DLTRAIN_STAND_IN=memory=3000000 \
  "$bin/dltrain" check "$repo/recipes/digits_cnn.toml" --device cuda --static
says "libcublasLt.so.13 is of version 12.8.4" env LD_LIBRARY_PATH="$bin/stand_in" DLTRAIN_STAND_IN=cublas=120804 \
  "$bin/dltrain" check "$repo/recipes/iris.toml" --device cuda --static
# A whole run, every kernel on the host.
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir -- "$work/driver"
cp -- "$bin/stand_in/libcuda.so.1" "$work/driver/"
[[ -e /usr/local/cuda || -e /opt/cuda || -e /usr/lib/x86_64-linux-gnu/libcublasLt.so.13 ]] ||
  says "cuBLASLt 13 is needed, and libcublasLt.so.13 is not found" env LD_LIBRARY_PATH="$work/driver" DLTRAIN_CUDA_HOME= \
    XDG_CACHE_HOME="$work" "$bin/dltrain" check "$repo/recipes/iris.toml" --device cuda --static
says "accuracy" env LD_LIBRARY_PATH="$bin/stand_in" "$bin/dltrain" fit "$repo/recipes/iris.toml" --device cuda --epochs 3 \
  --run "$work/iris"
# A GPU that fails in the middle of a run: the run ends with its code, and goes on from its last checkpoint.
code=0
env LD_LIBRARY_PATH="$bin/stand_in" DLTRAIN_STAND_IN=fail=cuGraphLaunch:719@20 \
  "$bin/dltrain" fit "$repo/recipes/iris.toml" --device cuda --epochs 4 --quiet --run "$work/lost" 2>"$work/said" || code=$?
((code == 8)) || die "a lost GPU ended with code $code"
says "the GPU failed to run a step" cat "$work/said"
says "good" "$bin/dltrain" verify "$work/lost"
says "accuracy" env LD_LIBRARY_PATH="$bin/stand_in" "$bin/dltrain" resume "$work/lost" --quiet
[[ -e /proc/driver/nvidia/version ]] || says "no NVIDIA driver is installed" "$bin/dltrain" devices
say "cuda-build: all passed"
