#!/usr/bin/env bash
# device_test.sh DEVICE PROGRAM TESTS DIR: what is to be seen on a GPU: every op against the reference, training steps node
# by node against the CPU, and training to the same accuracy. PROGRAM is dltrain, TESTS the program dltrain_test_cuda, DIR
# the folder with recipes. Every part runs, whatever fails; the last line says whether all went well. Needs nothing but a
# shell and the driver.
set -uo pipefail

device=$1 program=$2 tests=$3 recipes=$4
failed=()

part() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
}

# accuracy RECIPE DEVICE: the accuracy on the test data that a run ends with.
accuracy() {
  "$program" fit "$recipes/$1.toml" --device "$2" --quiet --run "$work/$1-$2" |
    awk '$1 ~ /accuracy$/ { value = $2 } END { if (value == "") exit 1; print value }'
}

same_accuracy() {
  local cpu gpu
  cpu=$(accuracy "$1" cpu) && gpu=$(accuracy "$1" "$device") || return 1
  printf 'accuracy of %s: %s on cpu, %s on %s\n' "$1" "$cpu" "$gpu" "$device"
  awk -v a="$cpu" -v b="$gpu" 'BEGIN { exit !(a > 0 && b > 0 && a - b < 0.02 && b - a < 0.02) }'
}

# Two runs on the GPU end with the same bytes.
same_bytes() {
  "$program" fit "$recipes/$1.toml" --device "$device" --quiet --run "$work/$1-again" >/dev/null &&
    cmp "$work/$1-$device/model/model.weights.h5" "$work/$1-again/model/model.weights.h5"
}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
part "the GPU is there" "$program" devices
part "every op, plans and sessions" env DLTRAIN_TEST_GPU=1 "$tests" --colour-mode none
for recipe in iris digits digits_cnn; do
  part "$recipe, one step node by node beside the CPU" "$program" crosscheck "$recipes/$recipe.toml" --devices "$device,cpu"
done
for recipe in iris digits digits_cnn; do
  part "$recipe trains as on the CPU" same_accuracy "$recipe"
  part "$recipe trains twice to the same bytes" same_bytes "$recipe"
done
if ((${#failed[@]})); then
  printf '\ndevice: these failed:\n'
  printf '  %s\n' "${failed[@]}"
  exit 1
fi
printf '\ndevice: all passed\n'
