# shellcheck shell=bash
# Reads the package lists and asks dpkg and apt about them. A list has lines of "name [oldest version]".

package_lines() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -- "$1"; }

package_names() { package_lines "$1" | awk '{ print $1 }'; }

# Comments may change without a new toolchain.
packages_hash() { package_lines "$1" | sha256sum | cut -c1-12; }

# packages_missing LIST: names that dpkg has not installed in the version wanted, one a line.
packages_missing() {
  local name oldest version
  local -A installed=()
  while read -r name version; do installed[$name]=$version; done < <(
    # shellcheck disable=SC2046
    dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Version}\n' $(package_names "$1") 2>/dev/null |
      sed -n 's/^installed //p')
  while read -r name oldest; do
    version=${installed[$name]:-}
    if [[ -z $version ]] || { [[ -n $oldest ]] && ! dpkg --compare-versions "$version" ge "$oldest"; }; then
      echo "$name"
    fi
  done < <(package_lines "$1")
}

# packages_not_offered LIST: "name (has VERSION, needs OLDEST)" for what this machine's apt cannot install, one a line.
packages_not_offered() {
  local name oldest version
  local -A offered=()
  while read -r name version; do offered[$name]=$version; done < <(
    # shellcheck disable=SC2046
    LC_ALL=C apt-cache policy $(package_names "$1") 2>/dev/null |
      awk '/^[^ ].*:$/ { name = substr($1, 1, length($1) - 1) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }')
  while read -r name oldest; do
    version=${offered[$name]:-}
    if [[ -z $version ]]; then
      echo "$name (not there)"
    elif [[ -n $oldest ]] && ! dpkg --compare-versions "$version" ge "$oldest"; then
      echo "$name (has $version, needs $oldest)"
    fi
  done < <(package_lines "$1")
}
