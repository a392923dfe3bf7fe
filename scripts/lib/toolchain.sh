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

# toolchain_choice: "system" (all installed), "install" (apt-get can add what is missing) or "root"; why it comes to a
# root that is still to be made goes to standard error.
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
    echo install
  else
    say "this machine's own packages will not do: ${not_offered:-installing them would change others}"
    echo root
  fi
}

# toolchain_ensure [LIST]: makes sure of packages.txt, and of one more list when given; sets `mode` for toolchain_exec.
toolchain_ensure() {
  local list
  [[ ${DLTRAIN_INSIDE:-} != "$root" || $# != 0 ]] || { mode=inside && return; }
  mode=$(toolchain_choice)
  case $mode in
    root)
      [[ -d $root ]] || root_make "$root"
      for list in "$@"; do root_add "$root" "$list"; done
      ;;
    install) for list in "$packages" "$@"; do system_install "$list"; done ;;
    system) for list in "$@"; do system_install "$list"; done ;;
  esac
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
    say "packages are missing; scripts/setup installs $(paste -sd' ' <<<"$missing")"
    return 1
  else
    say "the toolchain is this machine's own packages"
  fi
}

# system_not_offered: what apt cannot install, in one line. A fresh image has not read its archives' lists yet.
system_not_offered() {
  local found
  found=$(packages_not_offered "$packages")
  if [[ $found == *"(not there)"* && $EUID == 0 ]]; then
    say "reading the package lists of this machine's apt (a few seconds)"
    apt-get update >"$cache/setup.log" 2>&1 || true
    found=$(packages_not_offered "$packages")
  fi
  printf '%s' "${found//$'\n'/, }"
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
