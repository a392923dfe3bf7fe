#!/usr/bin/env bash
# The package lists: comments, versions, what dpkg and apt answer.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/expect.sh"
source "$scripts/lib/packages.sh"
command -v dpkg >/dev/null || exit 4 # compares versions

list=$folder/list.txt
printf '%s\n' '# comment' 'g++ 4:14  # why' '' 'mold' 'libdnnl-dev 3.5' >"$list"
expect "names" $'g++\nmold\nlibdnnl-dev' "$(package_names "$list")"

hash=$(packages_hash "$list")
sed -i 's/comment/another/' "$list"
expect "a comment does not change the hash" "$hash" "$(packages_hash "$list")"
sed -i 's/3.5/3.6/' "$list"
[[ $hash != "$(packages_hash "$list")" ]] || expect "a version changes the hash" different same

stand_in dpkg-query 'printf "installed g++ 4:14.2.0-1\ninstalled mold 2.37\nconfig-files libdnnl-dev 3.7.2\n"'
expect "a package of which only the settings are left is missing" "libdnnl-dev" "$(packages_missing "$list")"
stand_in dpkg-query 'printf "installed g++ 4:12.2.0-3\ninstalled mold 2.37\ninstalled libdnnl-dev 3.7.2\n"; exit 1'
expect "an older version is missing" "g++" "$(packages_missing "$list")"

stand_in apt-cache 'cat <<END
g++:
  Installed: (none)
  Candidate: 4:12.2.0-3
  Version table:
     4:12.2.0-3 500
libdnnl-dev:
  Installed: (none)
  Candidate: (none)
mold:
  Installed: 2.37
  Candidate: 2.37
END'
expect "what apt cannot give" $'g++ (has 4:12.2.0-3, needs 4:14)\nlibdnnl-dev (not there)' "$(packages_not_offered "$list")"
finish
