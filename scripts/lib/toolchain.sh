# shellcheck shell=bash
# Decides where the toolchain lives, makes sure of it, and runs commands with it.
#   system  this machine's own packages (Debian 13, its newer relatives, containers made from the Dockerfile)
#   root    a private Debian root in the cache folder (root.sh), where the machine's packages are too old
# DLTRAIN_TOOLCHAIN=system or root overrules the choice; "system" then takes the machine as it is.

here=$(dirname -- "${BASH_SOURCE[0]}")
source "$here/common.sh"
source "$here/packages.sh"
source "$here/host_apt.sh"
source "$here/root.sh"

cache=$(cache_dir)
root=$(root_path)
packages=$repo/scripts/packages.txt

# toolchain_choice: "system" or "root", with the reasons for a root on standard error when one has to be made.
toolchain_choice() {
  local missing not_offered
  case ${DLTRAIN_TOOLCHAIN:-} in
    system | root) echo "$DLTRAIN_TOOLCHAIN" && return ;;
    '') ;;
    *) die "DLTRAIN_TOOLCHAIN is \"$DLTRAIN_TOOLCHAIN\"; it can be \"system\" or \"root\"" ;;
  esac
  [[ ! -d $root ]] || { echo root && return; }
  command -v apt-get >/dev/null || die "this machine has no apt, so the toolchain cannot be installed from here" \
    "use the Dockerfile at the top of the repository, or install what scripts/packages.txt names and set DLTRAIN_TOOLCHAIN=system"
  missing=$(packages_missing "$packages")
  [[ -n $missing ]] || { echo system && return; }
  not_offered=$(system_not_offered)
  if [[ -z $not_offered ]] && system_only_adds "$missing"; then
    echo system
  else
    say "this machine's own packages will not do: ${not_offered//$'\n'/, }"
    echo root
  fi
}

# toolchain_ensure [LIST]: makes sure of packages.txt, and of one more list when given.
toolchain_ensure() {
  local list
  [[ -z ${DLTRAIN_INSIDE:-} || ${DLTRAIN_INSIDE} != "$root" || $# != 0 ]] || { mode=inside && return; }
  mode=$(toolchain_choice)
  if [[ $mode == root ]]; then
    [[ -d $root ]] || root_make "$root"
    for list in "$@"; do root_add "$root" "$list"; done
  elif [[ -z ${DLTRAIN_TOOLCHAIN:-} ]]; then
    for list in "$packages" "$@"; do system_install "$list"; done
  fi
}

# toolchain_exec COMMAND...: replaces this script with COMMAND, where the toolchain is.
toolchain_exec() {
  export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
  [[ $mode != root ]] || root_exec "$root" "$@"
  exec "$@"
}

# toolchain_report: one line on what there is; fails when something is missing.
toolchain_report() {
  local choice missing
  choice=$(toolchain_choice)
  if [[ $choice == root && -d $root ]]; then
    say "the toolchain is the private $suite_name in $root"
  elif [[ $choice == root ]]; then
    say "no toolchain yet; scripts/setup makes a private $suite_name in $root"
    return 1
  elif missing=$(packages_missing "$packages") && [[ -n $missing ]]; then
    say "the toolchain is this machine's own; scripts/setup installs $(paste -sd' ' <<<"$missing")"
    return 1
  else
    say "the toolchain is this machine's own"
  fi
}

# A fresh image may not have read its archives' lists yet.
system_not_offered() {
  [[ -n $(LC_ALL=C apt-cache policy g++ | sed -n '/Candidate: [^(]/p') || $(id -u) != 0 ]] || apt-get update >&2 || true
  packages_not_offered "$packages"
}

# Installing must neither upgrade nor remove anything this machine has.
system_only_adds() {
  local plan
  # shellcheck disable=SC2086
  plan=$(LC_ALL=C apt-get install --simulate --no-install-recommends $1 2>/dev/null) &&
    ! grep -qE '^(Remv |Inst [^ ]+ \[)' <<<"$plan"
}

# system_install LIST: installs what is missing of it.
system_install() {
  local missing
  missing=$(packages_missing "$1" | paste -sd' ')
  [[ -n $missing ]] || return 0
  [[ $(id -u) == 0 ]] || die "packages are missing; installing them needs root:" \
    "sudo apt-get install --no-install-recommends $missing"
  say "installing with apt-get (once; about 2 minutes): $missing"
  # shellcheck disable=SC2086
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes \
    --no-install-recommends $missing; } >"$cache/setup.log" 2>&1 || setup_failed
}
