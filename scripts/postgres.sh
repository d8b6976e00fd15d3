# shellcheck shell=bash
# A private PostgreSQL for the tests: own folder, own port, own user, gone afterwards.
# Sourced after common.sh. Durability settings stay as in production: tests about lost writes count on them.

# Prints the folder of the newest PostgreSQL server (15 or newer) on this machine.
postgres_bin() {
  local found
  found=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$found" ] && have initdb; then found=$(readlink -f "$(command -v initdb)"); fi
  [ -n "$found" ] || return 1
  dirname "$found"
}

# Installs the server without the cluster that Debian's package would otherwise make and start.
need_postgres() {
  postgres_bin >/dev/null && return 0
  local conf=/etc/postgresql-common/createcluster.conf kept
  apt_install postgresql-common
  kept=$(mktemp)
  cat "$conf" >"$kept" 2>/dev/null || true
  as_root sh -c "echo 'create_main_cluster = false' >>$conf"
  apt_install postgresql
  as_root sh -c "cat '$kept' >$conf"
  rm -f "$kept"
  postgres_bin >/dev/null || fail "PostgreSQL was installed, but its server is nowhere under /usr/lib/postgresql"
}

# PostgreSQL refuses to run as root: then it runs as `postgres`, which the package made.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# postgres_start FILE: starts a server and writes its folder, binaries and address into FILE, to be sourced.
postgres_start() {
  local file=$1 bin folder port try
  bin=$(postgres_bin) || return 1
  if [ "$(id -u)" = 0 ] && ! id postgres >/dev/null 2>&1; then
    as_root useradd --system --no-create-home --shell /usr/sbin/nologin postgres || return 1
  fi
  # In /tmp whatever TMPDIR says: a socket's path has 107 bytes, and `postgres` must be able to get there.
  folder=$(as_postgres mktemp -d /tmp/pristan-pg.XXXXXX) || return 1
  printf 'pg_folder=%q\npg_bin=%q\n' "$folder" "$bin" >"$file"
  as_postgres "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C \
    --data-checksums --no-sync --no-instructions >/dev/null || return 1
  as_postgres tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
max_connections = 200
shared_buffers = 256MB
fsync = on
full_page_writes = on
synchronous_commit = on
log_min_messages = warning
CONF
  for try in 1 2 3 4 5; do
    port=$(free_port) || return 1
    # Another program may take the port in between: then the next one is tried.
    if as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 -o "-p $port" start \
      </dev/null >/dev/null 2>&1; then
      printf 'export PRISTAN_TEST_POSTGRES=%q\n' "postgres://postgres@127.0.0.1:$port/postgres" >>"$file"
      note "PostgreSQL $(as_postgres "$bin/postgres" --version | cut -d' ' -f3) on port $port (try $try)"
      return 0
    fi
  done
  as_postgres tail -n 5 "$folder/log" >&2
  return 1
}

# postgres_stop FILE: stops the server that postgres_start started (by the pid in its own folder), removes it.
postgres_stop() {
  [ -f "$1" ] || return 0
  local pg_folder='' pg_bin=''
  # shellcheck disable=SC1090
  . "$1"
  [ -n "$pg_folder" ] || return 0
  if [ -f "$pg_folder/data/postmaster.pid" ]; then
    as_postgres "$pg_bin/pg_ctl" -D "$pg_folder/data" -m immediate -w -t 20 stop >/dev/null 2>&1 || true
  fi
  rm -rf "$pg_folder" "$1"
}
