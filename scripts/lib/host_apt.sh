# shellcheck shell=bash
# What this machine's own apt is configured to do, asked of apt itself, so that mirrors, proxies, certificates and
# credentials are found whatever the format of its files. Nothing here changes the machine's packages or lists.

# host_apt_sites: the archives that apt reads, one address a line, in their order.
host_apt_sites() {
  # shellcheck disable=SC2016
  apt-get --no-release-info indextargets --format '$(SITE)' 'Created-By: Packages' |
    while read -r site; do host_apt_resolve "$site"; done | awk '!seen[$0]++'
}

# A list of mirrors in a file (cloud images have that) stands for its first entry; other special methods for nothing.
host_apt_resolve() {
  local list
  case $1 in
    http:* | https:* | file:*) echo "${1%/}" ;;
    mirror+file:*)
      list=${1#mirror+file:}
      awk '$1 ~ /^(https?|file):/ { sub(/\/$/, "", $1); print $1; exit }' "/${list##/}" 2>/dev/null ;;
  esac
}

# host_apt_fetch ADDRESS FILE: downloads through apt's own transport; what went wrong is printed on standard output.
host_apt_fetch() {
  if [[ $1 == file:* ]]; then
    cp -- "${1#file:}" "$2" 2>&1
  else
    LC_ALL=C /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 -o Acquire::Retries=1 \
      download-file "$1" "$2" 2>&1
  fi
}

# host_apt_unpack PACKAGE FOLDER: unpacks a package that apt offers into a folder, without installing it.
# Lists are read in a place of our own when this machine has none yet.
host_apt_unpack() {
  local work=$2.download options=(-o APT::Sandbox::User=root)
  rm -rf -- "$work" && mkdir -p -- "$work/lists/partial" "$work/cache/archives/partial"
  if [[ -z $(apt-cache policy "$1" 2>/dev/null) ]]; then
    options+=(-o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
    apt-get "${options[@]}" update || return
  fi
  (cd -- "$work" && apt-get "${options[@]}" download "$1") || return
  mkdir -p -- "$2" && dpkg --extract "$work"/"$1"_*.deb "$2" && rm -rf -- "$work"
}

# host_apt_settings ADDRESS: how apt reaches the archives (proxy, certificates, retries), as lines of an apt.conf.
host_apt_settings() {
  local proxy
  apt-config dump | grep -E '^Acquire::' |
    grep -vE '^Acquire::(IndexTargets|CompressionTypes|Languages|GzipIndexes|Changelogs|cdrom|[a-z]+::Proxy-?Auto-?Detect)' |
    grep -v ' "";$' || true
  proxy=$(/usr/lib/apt/apt-helper auto-detect-proxy "$1" 2>/dev/null | sed -n "s/^Using proxy '\(..*\)' for URL.*/\1/p")
  [[ -z $proxy ]] || printf 'Acquire::%s::Proxy "%s";\n' "${1%%:*}" "$proxy"
}

# host_apt_files: files that those settings name (certificates, keys), one a line.
host_apt_files() {
  apt-config dump | sed -nE 's/^Acquire::https(::[^ ]+)?::(CaInfo|SslCert|SslKey) "(\/.+)";$/\3/p' | sort -u
}
