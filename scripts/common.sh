# shellcheck shell=bash disable=SC2154
# What ./run and ./test share: messages, missing packages, the Rust tool chain, the assets.
# Sourced, never executed. The caller has set `root` to the top of the checkout.

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() {
  printf 'pristan: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "installing packages needs root or sudo, and there is neither: $*"
  fi
}

apt_fresh=no

# Installs Debian packages; the package lists are refreshed once per run.
apt_install() {
  have apt-get || fail "missing: $*. Install them (this script knows Debian's apt-get only) and start again"
  note "installing $*"
  if [ "$apt_fresh" = no ]; then
    as_root apt-get update -qq </dev/null || fail "the package lists cannot be refreshed (apt-get update)"
    apt_fresh=yes
  fi
  local log
  log=$(mktemp)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get install $* did not succeed"
  fi
  rm -f "$log"
}

# need_command COMMAND PACKAGE...: installs the packages when the command is not there.
need_command() {
  local command=$1
  shift
  have "$command" || apt_install "$@"
}

# Succeeds when version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# A C compiler, Node and a working cargo: what every build needs.
need_build_tools() {
  if ! have cc || ! have make; then apt_install build-essential; fi
  if ! have node || ! have npm; then
    fail "Node.js with npm is missing (version 20 or newer)"
  fi
  local node_version
  node_version=$(node --version)
  at_least "${node_version#v}" 20 || fail "Node.js $node_version is too old (version 20 or newer)"
  find_cargo
}

# Finds cargo off PATH too, and makes a rustup installed for another HOME usable in this one: its
# proxies look for the tool chain under HOME, which a clean HOME does not have.
find_cargo() {
  local home=${CARGO_HOME:-$HOME/.cargo}
  case ":$PATH:" in *":$home/bin:"*) ;; *) PATH="$PATH:$home/bin" ;; esac
  have cargo || fail "Rust is missing (cargo is neither on PATH nor in $home/bin)"
  if [ -z "${RUSTUP_HOME:-}" ] && ! cargo --version >/dev/null 2>&1; then
    local beside
    beside=$(dirname "$(dirname "$(dirname "$(command -v cargo)")")")/.rustup
    [ -d "$beside" ] && export RUSTUP_HOME=$beside
  fi
  export PATH
  local version wanted
  version=$(rustc --version 2>/dev/null | cut -d' ' -f2) || true
  [ -n "$version" ] || fail "Rust does not start: $(cargo --version 2>&1 | head -n 1)"
  wanted=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
  at_least "$version" "${wanted:-1}" || fail "Rust $version is too old (version $wanted or newer)"
}

# need_cargo_tool NAME VERSION: installs a cargo subcommand from the registry when it is missing. Light
# optimisation: this builds in a third of the time, and these tools run for a second each.
need_cargo_tool() {
  have "$1" && return 0
  note "installing $1 $2 (once; a minute or two)"
  local build log
  build=$(mktemp -d)
  log=$build/log
  if ! env CARGO_TARGET_DIR="$build/target" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install "$1" --version "$2" --locked </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -rf "$build"
    fail "$1 cannot be installed"
  fi
  rm -rf "$build"
}

# Where cargo puts what it builds (CARGO_TARGET_DIR and .cargo/config.toml are honoured).
target_folder() {
  (cd "$root" && cargo metadata --locked --no-deps --format-version 1) |
    node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0, "utf8")).target_directory)'
}

# npm_install FOLDER: `npm ci`, skipped while what is installed came from the same lock file.
npm_install() {
  local folder=$1 stamp sum
  stamp=$folder/node_modules/.pristan-lock
  sum="$(sha256sum <"$folder/package-lock.json") $(node --version)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then return 0; fi
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error </dev/null) || return 1
  printf '%s\n' "$sum" >"$stamp"
}

# Styles and scripts; skipped while nothing in assets/ is newer than the last build.
build_assets() {
  local assets=$root/assets stamp
  npm_install "$assets" || return 1
  stamp=$assets/node_modules/.pristan-built
  if [ -f "$stamp" ] && [ -d "$assets/dist" ] && [ -z "$(find "$assets" \
    \( -path "$assets/node_modules" -o -path "$assets/dist" \) -prune -o -newer "$stamp" -print -quit)" ]; then
    note "assets are up to date"
    return 0
  fi
  # Taken before the build: a file saved while it runs is newer, and is built the next time.
  touch "$stamp.next"
  (cd "$assets" && npm run --silent build </dev/null) || return 1
  mv "$stamp.next" "$stamp"
}
