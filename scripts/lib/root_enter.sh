#!/usr/bin/env bash
# root_enter.sh ROOT VIEW REPO COMMAND...: becomes COMMAND inside the private root, in the caller's folder. Runs in a
# mount namespace of its own (root.sh, root_exec): /usr and /etc are the root's, read only; everything else is the
# host's at its own path, so that any data, home or checkout is found where it is. Every step replaces this process:
# signals, terminal and exit code are COMMAND's own.
set -euo pipefail
shopt -s dotglob nullglob

root=$1 view=$2 repo=$3
shift 3

# bind_host_top PATH: a top-level entry of the host; those that make up its operating system stay out.
bind_host_top() {
  case $1 in
    /usr | /etc | /bin | /sbin | /lib* | /boot | /lost+found) ;;
    *)
      if [[ -L $1 ]]; then
        cp --no-dereference -- "$1" "$view/"
      elif [[ -d $1 ]]; then
        mkdir -- "$view$1"
        mount --rbind -- "$1" "$view$1"
      elif [[ -f $1 ]]; then
        : >"$view$1"
        mount --bind -- "$1" "$view$1"
      fi
      ;;
  esac
}

# bind_root_top NAME: /usr or /etc of the root, read only.
bind_root_top() {
  mkdir -- "$view/$1"
  mount --bind -- "$root/$1" "$view/$1"
  mount -o remount,bind,ro -- "$view/$1"
}

# bind_host_file FILE: who users are, which names hosts have, what time it is: the host knows.
bind_host_file() {
  [[ ! -f $1 || ! -f $root$1 ]] || mount --bind -- "$1" "$view$1"
}

# bind_inside_os FOLDER: a checkout or data that lies under the host's /usr or /etc is seen there all the same.
bind_inside_os() {
  case $1/ in
    /usr/* | /etc/*)
      [[ -d $1 && ! $1 -ef $view$1 ]] || return 0
      mkdir -p -- "$root$1"
      mount --rbind -- "$1" "$view$1"
      ;;
  esac
}

mount -t tmpfs -o mode=755 tmpfs "$view"
for top in /*; do bind_host_top "$top"; done
bind_root_top usr
bind_root_top etc
for link in "$root"/{bin,sbin,lib*}; do cp --no-dereference -- "$link" "$view/"; done
for file in /etc/{passwd,group,hosts,resolv.conf,localtime,pip.conf} /etc/ssl/certs/ca-certificates.crt; do
  bind_host_file "$file"
done
for folder in "$repo" "$PWD" "${DLTRAIN_DATA:-}" "${HOME:-}"; do bind_inside_os "$folder"; done

# What names the host's own compilers and libraries would mislead those of the root.
unset LD_LIBRARY_PATH LD_PRELOAD CC CXX CPP CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CPATH LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH
export DLTRAIN_INSIDE=$root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck disable=SC2016
exec chroot "$view" /bin/bash -c 'cd -- "$1" && shift && exec "$@"' dltrain "$PWD" "$@"
