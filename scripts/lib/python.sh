# shellcheck shell=bash
# A Python with the packages of a requirements file, in a virtual environment in the cache folder. Needs toolchain.sh.

# Sets `python_where` to how Python is run: by this machine's own where it suits, else by the toolchain's.
python_choose() {
  local candidate
  for candidate in "${DLTRAIN_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [[ -n $candidate ]] && python_suits "$candidate"; then
      python_where=host python=$candidate
      return
    fi
  done
  [[ -z ${DLTRAIN_PYTHON:-} ]] || die "DLTRAIN_PYTHON ($DLTRAIN_PYTHON) is not a Python 3.11 to 3.13 with venv"
  toolchain_ensure "$repo/scripts/packages-python.txt"
  python_where=toolchain python=python3
}

python_suits() {
  command -v "$1" >/dev/null &&
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

# python_run COMMAND...: where Python was found.
python_run() {
  if [[ $python_where == host ]]; then "$@"; else (toolchain_exec "$@"); fi
}

# python_environment REQUIREMENTS [MORE]: sets `python` to the interpreter of an environment with these packages, and
# those of a second file beside them. Stamps are written last, so that an interrupted installation is made again.
# `python_cost`, if set, says what time and space it takes.
python_environment() {
  local folder version more
  python_choose
  version=$(python_run "$python" -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.base_prefix)')
  folder=$cache/python-$({ packages_hash "$1" && echo "$version"; } | sha256sum | cut -c1-12)
  lock "$cache/python.lock"
  if [[ ! -e $folder/complete ]]; then
    say "installing $(package_names "$1" | paste -sd' ') from PyPI into $folder (once; about ${python_cost:-3 minutes, 2 GB})"
    rm -rf -- "$folder"
    { python_run "$python" -m venv "$folder" && python_run "$folder/bin/python" -m pip install --no-input --retries 2 \
      --disable-pip-version-check --progress-bar off --requirement "$1"; } >"$cache/python.log" 2>&1 || python_failed
    : >"$folder/complete"
  fi
  if [[ -n ${2:-} ]]; then
    more=$folder/complete-$(packages_hash "$2" | cut -c1-12)
    if [[ ! -e $more ]]; then
      say "adding $(package_names "$2" | paste -sd' ') from PyPI"
      python_run "$folder/bin/python" -m pip install --no-input --retries 2 --disable-pip-version-check --progress-bar off \
        --requirement "$2" >"$cache/python.log" 2>&1 || python_failed
      : >"$more"
    fi
  fi
  unlock
  python=$folder/bin/python
}

python_failed() {
  local reasons=()
  mapfile -t reasons < <(grep -E '^ *ERROR: |Error: |error: |Failed to establish|timed out' "$cache/python.log" | awk '!seen[$0]++' | cut -c1-200 | tail -n 4)
  die "the Python packages could not be installed:" "${reasons[@]}" "The whole story is in $cache/python.log" \
    "Check the network and pip's settings and run the same command again."
}
