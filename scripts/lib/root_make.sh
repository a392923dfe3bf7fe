#!/usr/bin/env bash
# root_make.sh make|add ROOT SITE LIST CACHE
#   make: a Debian root with the packages of LIST, from the archive SITE, in the new folder ROOT
#   add:  the packages of LIST into a ROOT that exists
# Runs in a mount and process namespace of its own (root.sh, root_step), so that nothing it mounts is seen outside or
# outlives it. Downloads are kept in CACHE/downloads for a next try.
set -euo pipefail

here=$(dirname -- "${BASH_SOURCE[0]}")
source "$here/common.sh"
source "$here/packages.sh"
source "$here/host_apt.sh"

action=$1 root=$2 site=$3 list=$4 cache=$5
suite=trixie
downloads=$cache/downloads tools=$cache/tools
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
scripts=/usr/share/debootstrap/scripts

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=$PATH:/usr/sbin:/sbin
unset LD_LIBRARY_PATH LD_PRELOAD TMPDIR

progress() { printf 'dltrain:   %s\n' "$*" >&3; }

# find_tools: debootstrap and the keys of the release, unpacked beside when this machine has none or only older ones.
find_tools() {
  debootstrap=debootstrap
  if ! command -v debootstrap; then
    [[ -x $tools/debootstrap/usr/sbin/debootstrap ]] || host_apt_unpack debootstrap "$tools/debootstrap"
    debootstrap=$tools/debootstrap/usr/sbin/debootstrap
    export DEBOOTSTRAP_DIR=$tools/debootstrap/usr/share/debootstrap
    scripts=$DEBOOTSTRAP_DIR/scripts
  fi
  if [[ -n ${DLTRAIN_DEBIAN_KEYRING:-} ]]; then
    keyring=$DLTRAIN_DEBIAN_KEYRING
  elif [[ ! -e ${keyring%/*}/debian-archive-$suite-automatic.gpg ]]; then
    [[ -e $tools/keyring$keyring ]] || host_apt_unpack debian-archive-keyring "$tools/keyring"
    keyring=$tools/keyring$keyring
  fi
}

# make_base: the base system. debootstrap cannot cope with paths that have spaces, so it gets other names for them.
make_base() {
  mkdir -p -- "$downloads/base" "$root" /dev/shm
  mount -t tmpfs tmpfs /dev/shm
  mkdir /dev/shm/root /dev/shm/base
  mount --bind -- "$root" /dev/shm/root
  mount --bind -- "$downloads/base" /dev/shm/base
  export DLTRAIN_FETCH_FAILED=$downloads/failed
  rm -f -- "$DLTRAIN_FETCH_FAILED"
  PATH=$here/debootstrap-path:$PATH "$debootstrap" --variant=minbase --include=ca-certificates --keyring="$keyring" \
    --cache-dir=/dev/shm/base "$suite" /dev/shm/root "$site" "$scripts/sid" ||
    { [[ ! -e $DLTRAIN_FETCH_FAILED ]] || cat -- "$DLTRAIN_FETCH_FAILED"; return 1; }
  umount --recursive /dev/shm
}

# configure: where the root's apt looks, and the files over which root_enter.sh lays the host's.
configure() {
  local file
  printf 'deb %s %s main\n' "$site" "$suite" >"$root/etc/apt/sources.list"
  host_apt_settings "$site" >"$root/etc/apt/apt.conf.d/90host"
  printf '%s\n' 'APT::Sandbox::User "root";' 'APT::Install-Recommends "false";' 'APT::Update::Error-Mode "any";' \
    'Acquire::Languages "none";' 'Acquire::Retries "1";' >"$root/etc/apt/apt.conf.d/91dltrain"
  # The root is flushed to disk once, at its end; nobody reads manuals in it.
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/locale/*' >"$root/etc/dpkg/dpkg.cfg.d/dltrain"
  [[ -z ${DLTRAIN_DEBIAN_KEYRING:-} ]] || cp -- "$DLTRAIN_DEBIAN_KEYRING" "$root/etc/apt/trusted.gpg.d/"
  for file in resolv.conf localtime pip.conf; do
    rm -f -- "$root/etc/$file"
    : >"$root/etc/$file"
  done
  mkdir -p -- "$root/var/lib/dltrain"
  printf '%s\n' "$site" >"$root/var/lib/dltrain/site"
}

# bind_file FILE: the host's file at the same path in the root.
bind_file() {
  mkdir -p -- "$root${1%/*}"
  [[ -e $root$1 ]] || : >"$root$1"
  mount --bind -- "$(readlink -f -- "$1")" "$root$1"
}

# mount_host: what the root's apt needs of the host to reach the archive as the host does.
mount_host() {
  local file archive
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  mkdir -p -- "$downloads/archives"
  mount --bind -- "$downloads/archives" "$root/var/cache/apt/archives"
  for file in /etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/ssl/certs/ca-certificates.crt; do
    [[ ! -f $file ]] || bind_file "$file"
  done
  host_apt_files | while read -r file; do bind_file "$file"; done
  [[ ! -d /etc/apt/auth.conf.d ]] || mount --bind /etc/apt/auth.conf.d "$root/etc/apt/auth.conf.d"
  if [[ $site == file:* ]]; then
    archive=$(readlink -f -- "${site#file:}")
    mkdir -p -- "$root$archive"
    mount --rbind -- "$archive" "$root$archive"
  fi
}

# install: finishes what an interrupted call left, then adds the packages.
install() {
  local names
  mapfile -t names < <(package_names "$list")
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  unset APT_CONFIG
  chroot "$root" dpkg --configure --pending
  chroot "$root" apt-get update
  chroot "$root" apt-get install --yes --fix-broken "${names[@]}"
}

if [[ $action == make ]]; then
  progress "1/2 base system, from $site"
  find_tools
  make_base
  configure
  progress "2/2 compiler and libraries"
fi
mount_host
install
sync --file-system "$root"
