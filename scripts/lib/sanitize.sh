#!/usr/bin/env bash
# sanitize.sh NAMES...: builds the preset asan and runs test programs in it, all or those named (graph, layers, ...).
# Our code is compiled with the sanitizers, libraries are as the system has them. Any report, leaks too, fails its
# program. Runs where the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

# Those that work in another process (docs, house, scripts) see nothing of it; faults come between a program and its
# system, where the sanitizers are.
known=(core formats graph models layers datasets backends training app)
names=("$@")
(($#)) || names=("${known[@]}")
for name in "${names[@]}"; do
  [[ " ${known[*]} " == *" $name "* ]] || FAILURE=2 die "there is no test program \"$name\"; known: ${known[*]}"
done
for name in "${names[@]}"; do build asan "dltrain_test_$name"; done

# Returns from functions and the order of globals are looked at too; both are off by default.
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1:strict_string_checks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
failed=()
for name in "${names[@]}"; do
  say "testing $name with sanitizers"
  "$repo/build/asan/bin/dltrain_test_$name" --colour-mode none || failed+=("$name")
done
((${#failed[@]} == 0)) || die "with sanitizers: failures in ${failed[*]}, see above"
say "with sanitizers: all passed"
