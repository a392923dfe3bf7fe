# shellcheck shell=bash
# Configures and builds a preset in build/PRESET. Runs where the toolchain is; needs common.sh. All its words go to
# standard error, and only when there is something to do.

# build PRESET TARGET: brings TARGET up to date with the sources; ninja decides what that takes.
build() {
  mkdir -p -- "$repo/build"
  lock "$repo/build/.$1.lock"
  configure "$1"
  ninja -C "$repo/build/$1" -j "$(build_jobs)" "$2" 2>&1 | build_progress "$1" >&2 ||
    die "the build failed; see the errors above"
  unlock
}

# configure PRESET: a build folder of another toolchain, or of a checkout that was elsewhere, is made anew: ninja would
# not notice that system headers of the same name have changed.
configure() {
  local folder=$repo/build/$1 identity known=
  identity="$repo ${DLTRAIN_INSIDE:-system g++ $(g++ -dumpfullversion)}"
  [[ ! -e $folder/.toolchain ]] || known=$(<"$folder/.toolchain")
  [[ -z $known || $known == "$identity" ]] || rm -rf -- "$folder"
  [[ ! -e $folder/build.ninja || $repo/CMakePresets.json -nt $folder/.toolchain ]] || return 0
  say "configuring the preset $1 (a few seconds)"
  configure_log=$(cd -- "$repo" && cmake --preset "$1" 2>&1) || {
    printf '%s\n' "$configure_log" >&2
    die "the preset $1 could not be configured; see above"
  }
  printf '%s\n' "$identity" >"$folder/.toolchain"
}

# One job per core, fewer where memory is short: a compiler takes up to 1.5 GB.
build_jobs() {
  local cores free
  cores=$(nproc)
  free=$(($(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) / 1500000))
  echo $((free < 1 ? 1 : free < cores ? free : cores))
}

# build_progress PRESET: ninja's output made short: one line that counts on a terminal, a line every tenth elsewhere;
# errors and warnings in full. Looking for new files, which every call does, is not worth a word.
build_progress() {
  local line done total='' shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
      [[ ${BASH_REMATCH[3]} != "Re-checking globbed directories"* ]] || continue
      done=${BASH_REMATCH[1]}
      [[ -n $total ]] || say "building (preset $1, ${BASH_REMATCH[2]} steps, at most about $(build_time "${BASH_REMATCH[2]}"))"
      total=${BASH_REMATCH[2]}
      if [[ -t 2 ]]; then
        printf '\r\033[K[%s/%s] %.60s' "$done" "$total" "${BASH_REMATCH[3]##* }"
      elif ((done * 10 / total > shown && total >= 10)); then
        shown=$((done * 10 / total))
        say "built $done of $total"
      fi
    elif [[ $line != "ninja: "* && $line != "-- "* || $line == "ninja: error: "* ]]; then
      printf '%s%s\n' "${total:+$(build_erase)}" "$line"
    fi
  done
  [[ -z $total ]] || build_erase
}

build_erase() { [[ ! -t 2 ]] || printf '\r\033[K'; }

# Seconds of one core for a step, measured on a clean build, rounded up.
build_time() {
  local seconds=$(($1 * 2 / $(nproc)))
  if ((seconds < 90)); then echo "$((seconds + 1)) s"; else echo "$(((seconds + 59) / 60)) minutes"; fi
}
