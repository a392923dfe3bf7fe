# shellcheck shell=bash
# The private Debian root of an older host: CACHE/root-HASH, HASH being that of scripts/packages.txt. It is made under
# another name and renamed when complete, so that its presence means that it works.
# Needs common.sh, packages.sh and host_apt.sh; `cache` is the cache folder.

suite=trixie
suite_name="Debian 13"
root_needs_mib=2500
use_docker="or use the Dockerfile at the top of the repository: it needs nothing here but a container engine"

root_path() { printf '%s/root-%s' "$cache" "$(packages_hash "$repo/scripts/packages.txt")"; }

# root_exec ROOT COMMAND...: replaces this process with COMMAND inside ROOT; same paths, folder, terminal and process.
root_exec() {
  mkdir -p -- "$cache/view"
  can_mount || root_require
  exec unshare --mount bash "$repo/scripts/lib/root_enter.sh" "$1" "$cache/view" "$repo" "${@:2}"
}

# The quick answer: root with the capability to mount (CAP_SYS_ADMIN, bit 21).
can_mount() {
  local key value
  while read -r key value; do
    [[ $key != CapEff: ]] || { ((EUID == 0 && (16#$value >> 21 & 1))) && return || return; }
  done </proc/self/status
}

# root_require: ends with a message where a private root cannot be made or entered.
root_require() {
  [[ $(id -u) == 0 ]] ||
    die "the private $suite_name that holds the toolchain needs root to be made and entered" \
      "run the same command as root, $use_docker"
  mkdir -p -- "$cache/view"
  # shellcheck disable=SC2016
  unshare --mount sh -c 'mount -t tmpfs tmpfs "$1"' sh "$cache/view" 2>/dev/null ||
    die "this machine does not allow mounting (an ordinary container does not), which the private $suite_name with the toolchain needs" \
      "start the container with the right to mount, $use_docker"
}

# root_make ROOT: takes about two minutes.
root_make() {
  local site began=$SECONDS
  root_require
  lock "$cache/lock"
  [[ ! -d $1 ]] || { unlock && return; } # somebody else made it while we waited
  rm -rf --one-file-system -- "$cache"/root-*.making
  root_check_space
  say "making a private $suite_name with the compiler and the libraries in $cache" \
    "(once; about 2 minutes, 1.4 GB; this machine's own packages are left alone)"
  site=$(root_find_site)
  root_step make "$1.making" "$site" "$repo/scripts/packages.txt"
  mv -- "$1.making" "$1"
  rm -rf -- "$cache/downloads"
  say "the toolchain is ready after $((SECONDS - began)) s"
  unlock
}

# root_add ROOT LIST: installs the packages of a further list into ROOT, once.
root_add() {
  local stamp
  stamp=$1/var/lib/dltrain/$(basename -- "$2" .txt)-$(packages_hash "$2")
  [[ ! -e $stamp ]] || return 0
  root_require
  lock "$cache/lock"
  say "installing $(package_names "$2" | paste -sd' ') into the private $suite_name (once; about a minute)"
  root_step add "$1" "$(<"$1/var/lib/dltrain/site")" "$2"
  : >"$stamp"
  rm -rf -- "$cache/downloads"
  unlock
}

# root_step make|add ROOT SITE LIST: root_make.sh with mounts and processes of its own, which all end with this script,
# however it ends. Its words go to the log, its progress (descriptor 3) to the user.
root_step() {
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
    bash "$repo/scripts/lib/root_make.sh" "$1" "$2" "$3" "$4" "$cache" 3>&2 >"$cache/setup.log" 2>&1 </dev/null && return
  [[ $1 == add ]] || rm -rf --one-file-system -- "$2"
  setup_failed
}

# setup_failed: tells from the log what went wrong.
setup_failed() {
  local reasons=()
  mapfile -t reasons < <(grep -E '^(E: |W: Failure|Err:|  [0-9]{3} )|: error: |^(cp|mv|tar|mount|dpkg): ' "$cache/setup.log" |
    awk '!seen[$0]++' | cut -c1-160 | tail -n 6)
  ((${#reasons[@]})) || mapfile -t reasons < <(tail -n 5 "$cache/setup.log")
  die "the toolchain could not be set up:" "${reasons[@]}" "The whole story is in $cache/setup.log" \
    "Check the network and the disk and run the same command again: what was fetched is kept; $use_docker"
}

root_check_space() {
  local free
  free=$(df --output=avail --block-size=1M -- "$cache" | tail -n 1)
  ((free >= root_needs_mib)) ||
    die "the toolchain needs $root_needs_mib MB in $cache, which has ${free// /} MB left" \
      "make room there, or set XDG_CACHE_HOME to a folder with more"
}

# root_find_site: the first archive known to this machine's apt that has the release wanted.
root_find_site() {
  local site answer sites=() tried=() release=$cache/downloads/InRelease
  mkdir -p -- "$cache/downloads"
  if [[ -n ${DLTRAIN_DEBIAN_MIRROR:-} ]]; then
    sites=("${DLTRAIN_DEBIAN_MIRROR%/}")
  else
    mapfile -t sites < <(host_apt_sites)
  fi
  for site in "${sites[@]}"; do
    if answer=$(host_apt_fetch "$site/dists/$suite/InRelease" "$release") && grep -qx "Codename: $suite" "$release"; then
      echo "$site" && return
    fi
    tried+=("$site: $(reason_of "$answer")")
  done
  ((${#sites[@]})) || tried=("apt is configured with no archive at all")
  die "could not fetch $suite_name ($suite) from the archives that this machine's apt uses:" "${tried[@]}" \
    "Check the network and apt's proxy settings and run the same command again." \
    "If these archives do not carry $suite_name, name one that does: DLTRAIN_DEBIAN_MIRROR=ADDRESS; $use_docker"
}

# The part of apt's words that tells why.
reason_of() {
  printf '%s\n' "$1" | sed -nE 's/^E: (Failed to fetch [^ ]+ +)?//p' | head -n 1 | grep . || echo "it has no such release"
}
