# shellcheck shell=bash
# The CUDA toolkit for the preset "cuda": one that is installed, else wheels from PyPI in CACHE/cuda-HASH, HASH being
# that of scripts/cuda-wheels.txt. CACHE/cuda is a link to what the build shall use; cmake/cuda.cmake looks there.
# Needs toolchain.sh and python.sh.

cuda_wheels=$repo/scripts/cuda-wheels.txt
cuda_needs_mib=3200
# pip takes a wheel by the exact names of the platforms it says it is for, and the wheels of NVIDIA say many.
cuda_platforms=(manylinux_2_28_x86_64 manylinux_2_27_x86_64 manylinux_2_17_x86_64 manylinux2014_x86_64
  manylinux_2_12_x86_64 manylinux2010_x86_64 manylinux_2_5_x86_64)

cuda_prefix() { printf '%s/cuda-%s' "$cache" "$(packages_hash "$cuda_wheels")"; }

# cuda_installed: a toolkit 13 with cuDNN on this machine, as a folder with bin/nvcc; nothing if there is none. The
# private root hides what this machine has below /usr.
cuda_installed() {
  local folder
  if [[ -n ${DLTRAIN_CUDA_HOME:-} ]]; then
    is_toolkit "$DLTRAIN_CUDA_HOME" ||
      die "DLTRAIN_CUDA_HOME ($DLTRAIN_CUDA_HOME) holds no CUDA toolkit 13 with cuDNN" \
        "its bin/nvcc must say release 13; cudnn.h and cudnn_frontend.h must lie in its include or in /usr/include"
    echo "$DLTRAIN_CUDA_HOME" && return
  fi
  for folder in /usr/local/cuda /opt/cuda; do
    [[ $folder != /usr/* || $(toolchain_choice 2>/dev/null) != root ]] || continue
    if is_toolkit "$folder"; then echo "$folder" && return; fi
  done
}

is_toolkit() {
  [[ -x $1/bin/nvcc ]] && "$1/bin/nvcc" --version | grep --quiet 'release 13\.' &&
    has_header "$1" cudnn.h && has_header "$1" cudnn_frontend.h
}

has_header() { [[ -e $1/include/$2 || -e /usr/include/$2 || -e /usr/include/x86_64-linux-gnu/$2 ]]; }

# cuda_report: one line on what there is; fails when there is nothing.
cuda_report() {
  local installed
  installed=$(cuda_installed)
  if [[ -n $installed ]]; then
    say "the CUDA toolkit is the installed one in $installed"
  elif [[ -d $(cuda_prefix) ]]; then
    say "the CUDA toolkit is $(cuda_prefix)"
  else
    say "no CUDA toolkit yet; scripts/setup --cuda fetches wheels into $(cuda_prefix) (1.1 GB, unpacked 1.7)"
    return 1
  fi
}

# cuda_ensure: makes sure of the toolkit and of the link to it.
cuda_ensure() {
  local place
  place=$(cuda_installed)
  if [[ -z $place ]]; then
    place=$(cuda_prefix)
    [[ -d $place ]] || cuda_fetch "$place"
  fi
  [[ $(readlink -- "$cache/cuda" 2>/dev/null) == "$place" ]] || ln --symbolic --force --no-dereference -- "$place" "$cache/cuda"
}

# cuda_fetch FOLDER: made under another name and renamed when complete. One call of pip: the wheels share folders, and a
# later call replaces those.
cuda_fetch() {
  local began=$SECONDS free
  free=$(df --output=avail --block-size=1M -- "$cache" | tail -n 1)
  ((free >= cuda_needs_mib)) ||
    die "the CUDA toolkit needs $cuda_needs_mib MB in $cache, which has ${free// /} MB left" \
      "make room there, or set XDG_CACHE_HOME to a folder with more"
  python_choose
  lock "$cache/cuda.lock"
  if [[ ! -d $1 ]]; then
    say "fetching the CUDA toolkit as wheels from PyPI into $1 (once; 1.1 GB, unpacked 1.7)"
    rm -rf -- "$1.making" "$cache/cuda-python"
    { python_run "$python" -m venv "$cache/cuda-python" &&
      python_run "$cache/cuda-python/bin/python" -m pip install --no-input --retries 2 --disable-pip-version-check \
        --progress-bar off --no-compile --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
        --implementation cp --python-version 3.11 "${cuda_platforms[@]/#/--platform=}" --target "$1.making" \
        --requirement "$cuda_wheels"; } >"$cache/cuda.log" 2>&1 || cuda_failed
    rm -rf -- "$1.making"/cudnn "$cache/cuda-python" # Python's side of cuDNN
    mv -- "$1.making" "$1"
    say "the CUDA toolkit is ready after $((SECONDS - began)) s"
  fi
  unlock
}

cuda_failed() {
  local reasons=()
  mapfile -t reasons < <(grep -E '^ *ERROR: |Error: |error: |Failed to establish|timed out|No space' "$cache/cuda.log" |
    awk '!seen[$0]++' | cut -c1-200 | tail -n 4)
  die "the CUDA toolkit could not be fetched:" "${reasons[@]}" "The whole story is in $cache/cuda.log" \
    "Check the network and pip's settings and run the same command again, or name an installed toolkit: DLTRAIN_CUDA_HOME=FOLDER"
}
