#!/usr/bin/env bash
# What scripts/bench answers about devices, before it builds, fetches or measures anything.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/expect.sh"
export HOME=$folder XDG_CACHE_HOME=

# run ARGUMENT...: sets `status` and `answer`.
run() {
  status=0
  answer=$("$scripts/bench" "$@" 2>&1) || status=$?
}

for device in gpu cuda:x ""; do
  run --device "$device"
  expect "scripts/bench --device '$device'" 2 "$status"
  expect_in "scripts/bench --device '$device'" "--device is cpu, cuda or cuda:N" "$answer"
done
run --device cuda --packed "$folder/nothing"
expect "a folder that is none" 2 "$status"
expect_in "a folder that is none" "--packed names the folder that scripts/bundle --cuda made" "$answer"
if [[ ! -e /dev/nvidiactl && ! -e /proc/driver/nvidia/version && ! -e /dev/dxg ]]; then
  run --quick --device cuda:1
  expect "a machine without a GPU" 8 "$status"
  expect "what it says" "dltrain: --device cuda:1: this machine has no NVIDIA GPU with a driver; nothing was measured" "$answer"
fi
finish
