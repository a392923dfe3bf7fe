#!/usr/bin/env bash
# Reading the configuration of apt: sources in both formats, lists of mirrors, proxies, certificates.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/expect.sh"
source "$scripts/lib/host_apt.sh"
command -v apt-get >/dev/null || exit 4

mkdir -p -- "$folder/sources.list.d" "$folder/none"
cat >"$folder/sources.list" <<'END'
# deb http://commented.example/debian bookworm main
deb [arch=amd64,arm64 trusted=yes] http://one.example/debian/ bookworm main contrib
deb-src [trusted=yes] http://one.example/debian bookworm main
END
cat >"$folder/sources.list.d/two.sources" <<END
Types: deb
URIs: https://two.example/debian mirror+file:$folder/mirrors
Suites: bookworm bookworm-updates
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main
END
printf '%s\n' 'http://three.example/debian/ priority:1' 'http://four.example/debian' >"$folder/mirrors"
cat >"$folder/apt.conf" <<END
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "$folder/sources.list.d";
Dir::Etc::parts "$folder/none";
Acquire::http::Proxy "http://proxy.example:3128/";
Acquire::http::Proxy::direct.example "DIRECT";
Acquire::https::CaInfo "/etc/ssl/own.pem";
Acquire::https::two.example::SslCert "/etc/ssl/two.pem";
DPkg::Post-Invoke { "touch $folder/hook"; };
END
export APT_CONFIG=$folder/apt.conf

expect "archives, once each, in order" \
  $'http://one.example/debian\nhttps://two.example/debian\nhttp://three.example/debian' "$(host_apt_sites)"
settings=$(host_apt_settings http://one.example/debian)
expect_in "the proxy" 'Acquire::http::Proxy "http://proxy.example:3128/";' "$settings"
expect_in "no proxy for one host" 'Acquire::http::Proxy::direct.example "DIRECT";' "$settings"
[[ $settings != *Post-Invoke* ]] || expect "hooks stay outside" none "$settings"
expect "certificates" $'/etc/ssl/own.pem\n/etc/ssl/two.pem' "$(host_apt_files)"

expect "a cdrom is no archive" "" "$(host_apt_resolve "cdrom:[Debian 12]/")"
printf 'Origin: Debian\n' >"$folder/InRelease"
host_apt_fetch "file:$folder/InRelease" "$folder/copy"
expect "an archive in a folder" "Origin: Debian" "$(<"$folder/copy")"

# debootstrap's wget: one failure of the network ends all further tries, a file that is not there does not.
export DLTRAIN_FETCH_FAILED=$folder/failed
status=0
"$scripts/lib/debootstrap-path/wget" -nv -O "$folder/out" "file:$folder/InRelease" || status=$?
expect "a download" "0 Origin: Debian" "$status $(<"$folder/out")"
"$scripts/lib/debootstrap-path/wget" -nv -O "$folder/out" "file:$folder/missing" 2>/dev/null || status=$?
expect "a failed download" 8 "$status"
"$scripts/lib/debootstrap-path/wget" -nv -O "$folder/out" "file:$folder/InRelease" || status=$?
expect "the one after it" 4 "$status"
finish
