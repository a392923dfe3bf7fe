#!/usr/bin/env bash
# faults.sh OPTIONS...: builds and runs tests/faults in full size; options are Catch2's: names of tests, * for any
# characters. Runs where the toolchain is. Ctrl-C ends it, and the figures so far are printed.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

build release dltrain_test_faults
tally=$(mktemp)
figures() {
  sort "$tally" | awk '{ count = $1; $1 = ""; if ($0 ~ /at most$/) { if (count > sum[$0]) sum[$0] = count } else sum[$0] += count
      if (!($0 in order)) { order[$0] = ++n; name[n] = $0 } }
    END { for (i = 1; i <= n; ++i) printf "%8d %s\n", sum[name[i]], name[i] }' | sort -k 2
}
trap 'figures; rm -f -- "$tally"' EXIT
trap 'exit 130' INT
if (($#)); then say "running some tests of faults in full size: $*"
else say "running the tests of faults in full size: about 40 minutes on two idle cores"; fi
failed=0
# Thousands of small files that are synced; what a disk would lose is tested with a model of one.
[[ ! -w /dev/shm ]] || export TMPDIR=${TMPDIR:-/dev/shm}
DLTRAIN_FAULTS=full DLTRAIN_FAULTS_TALLY=$tally "$repo/build/release/bin/dltrain_test_faults" --colour-mode none --durations yes "$@" || failed=$?
if ((failed)); then printf 'faults: there are failures, see above\n'; else printf 'faults: all passed\n'; fi
exit "$failed"
