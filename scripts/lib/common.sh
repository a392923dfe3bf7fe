# shellcheck shell=bash
# Messages, the cache folder and locks, for every script here. Standard output is left to the programs that are run.

# shellcheck disable=SC2034
repo=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

say() { printf 'dltrain: %s\n' "$*" >&2; }

# The caller chooses the exit code with FAILURE: scripts/dltrain must not answer with a code of the program's own.
die() {
  say "$1"
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit "${FAILURE:-1}"
}

# Absolute: the commands run inside the toolchain keep it under the same name.
cache_dir() {
  local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  [[ -n $base ]] || die "neither XDG_CACHE_HOME nor HOME is set; set one: the toolchain is kept there"
  mkdir -p -- "$base/dltrain" || die "cannot create $base/dltrain; set XDG_CACHE_HOME to a folder that can be written"
  (cd -- "$base/dltrain" && pwd -P)
}

# lock FILE: waits for a lock that is held until the descriptor in `lock_fd` is closed or the script ends.
lock() {
  exec {lock_fd}>"$1" || die "cannot write $1"
  flock --nonblock "$lock_fd" && return
  say "waiting for another dltrain script to finish (it holds $1)"
  flock "$lock_fd"
}

unlock() { exec {lock_fd}>&-; }
