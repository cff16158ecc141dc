# What the scripts beside this file need of the host, and how they get it. Sourced, with $0 the script that speaks.
# shellcheck shell=bash

say() { echo "$(basename "$0"): $*" >&2; }
die() { say "$*"; exit 1; }

# need_root WHY
need_root() { [ "$(id -u)" = 0 ] || die "needs root ($1); run it as root, for example after 'su -'"; }

# need_packages PACKAGE...: these Debian packages are installed afterwards; nothing is asked, nothing is said if they are there.
need_packages() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "needs the Debian packages ${missing[*]}, and there is no apt-get here"
  [ "$(id -u)" = 0 ] || die "needs the Debian packages ${missing[*]}; install them, or run this as root"
  say "installing ${missing[*]}"
  # Without the lists of packages, or with old ones, the first try fails.
  apt_get install "${missing[@]}" 2>/dev/null || { apt_get update && apt_get install "${missing[@]}"; } ||
    die "cannot install ${missing[*]}: apt-get said so above"
}

# Quiet unless it fails.
apt_get() {
  local log code=0; log=$(mktemp)
  case $1 in install) set -- install -y --no-install-recommends "${@:2}" ;; esac
  DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1 </dev/null || code=$?
  [ "$code" = 0 ] || tail -5 "$log" >&2
  rm -f "$log"; return "$code"
}

# Node and npm as the project wants them. Debian 13 has them; on Debian 12 they come from elsewhere.
need_node() {
  if ! command -v node >/dev/null && [ "$(. /etc/os-release; echo "${VERSION_ID:-0}")" != 12 ]; then need_packages nodejs npm libnode-dev; fi
  command -v node >/dev/null || die 'needs Node 20.19 or newer; Debian 12 has an older one, see https://nodejs.org/en/download'
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    die "needs Node 20.19 or newer, found $(node --version)"
  command -v npm >/dev/null || need_packages npm
}

# A compiler, the headers of libpam and of Node.
need_compiler() {
  need_packages g++ make python3 libpam0g-dev
  [ -e "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node/node_api.h" ] || need_packages libnode-dev
}

# node_modules as package-lock.json says. Left alone when it is.
need_modules() {
  node "$(dirname "${BASH_SOURCE[0]}")/modules-installed.mjs" && return
  need_compiler
  say 'installing npm packages'
  # No package needs its install script but sqlite3, whose addon is looked after here.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || die 'npm ci failed'
  need_sqlite
}

# The addon of the package sqlite3: kept in the cache, since compiling SQLite takes minutes.
need_sqlite() {
  local addon=node_modules/sqlite3/build/Release/node_sqlite3.node kept prefix
  kept=${TSHUB_CACHE:-/var/cache/tshub}/addons/node_sqlite3-$(node -p 'require("sqlite3/package.json").version')-$(uname -m)
  kept+=-$(. /etc/os-release; echo "$ID${VERSION_ID:-}").node
  if [ -e "$kept" ]; then
    mkdir -p "$(dirname "$addon")"; cp "$kept" "$addon"
    return
  fi
  # The headers are on this host: node-gyp need not fetch them.
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [ -e "$prefix/include/node/node_api.h" ]; then export npm_config_nodedir=$prefix
  elif [ -e /usr/include/nodejs/src/node_api.h ]; then export npm_config_nodedir=/usr/include/nodejs; fi
  say 'compiling SQLite, unless there is a ready-made addon to download (about 3 minutes)'
  npm rebuild sqlite3 --loglevel=error >&2 && [ -e "$addon" ] || die 'the addon of sqlite3 could not be built'
  ! mkdir -p "$(dirname "$kept")" 2>/dev/null || cp "$addon" "$kept.new" 2>/dev/null && mv "$kept.new" "$kept" || true
}
