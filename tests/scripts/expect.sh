# shellcheck shell=bash
# What the tests of the scripts share: a folder of their own, commands that are played by stand-ins, comparisons. A test
# ends with `finish`.

scripts=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts" && pwd)
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
failures=0

# expect WHAT EXPECTED ACTUAL
expect() {
  [[ $2 != "$3" ]] || return 0
  printf '%s\n  expected: %q\n  found:    %q\n' "$1" "$2" "$3"
  failures=$((failures + 1))
}

# expect_in WHAT PART WHOLE
expect_in() {
  [[ $3 != *"$2"* ]] || return 0
  printf '%s\n  expected: %q\n  in:       %q\n' "$1" "$2" "$3"
  failures=$((failures + 1))
}

# stand_in COMMAND BODY: puts a shell script in front of a command of that name.
stand_in() {
  mkdir -p -- "$folder/bin"
  printf '#!/bin/sh\n%s\n' "$2" >"$folder/bin/$1"
  chmod +x -- "$folder/bin/$1"
  PATH=$folder/bin:${PATH#"$folder/bin:"}
  hash -r
}

finish() {
  ((failures == 0)) || { printf '%s failed\n' "$failures" && exit 1; }
}
