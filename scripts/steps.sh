# shellcheck shell=bash disable=SC2154
# The steps of ./test, and how they are run, timed and counted. Sourced after common.sh and postgres.sh.
# The caller has set `work` to a temporary folder and `quick` to yes or no.

nextest_version=0.9.143
deny_version=0.20.2

passed=0
failed=0
failed_steps=()
child=

# step TITLE COMMAND...: runs a step in a process group of its own, prints its time, remembers a failure.
# A step tells how many tests it ran by writing `PASSED FAILED` into $work/count.
step() {
  local title=$1 begun=$SECONDS code=0 ok=0 bad=0
  shift
  say "$title"
  rm -f "$work/count"
  # Its own group, so that everything a step started can be stopped by one id, and nothing else.
  set -m
  (
    set -euo pipefail
    "$@"
  ) </dev/null &
  child=$!
  set +m
  wait "$child" || code=$?
  child=
  if [ -f "$work/count" ]; then read -r ok bad <"$work/count"; fi
  # A step that failed without a failed test (a crash, a lint) counts as one failure.
  if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  if [ "$bad" != 0 ]; then
    failed_steps+=("$title")
    note "$title: FAILED after $((SECONDS - begun)) s"
  else
    note "$title: $((SECONDS - begun)) s"
  fi
}

# Later steps would only repeat the same failure.
stop_if_failed() { [ "${#failed_steps[@]}" = 0 ] || finish; }

finish() {
  local title
  say "all steps: $SECONDS s"
  for title in ${failed_steps[@]+"${failed_steps[@]}"}; do note "failed: $title"; done
  # Nothing counted and nothing failed would look like a success that it is not.
  if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  printf '%s passed, %s failed\n' "$passed" "$failed"
  if [ "$failed" = 0 ]; then exit 0; else exit 1; fi
}

# Stops what is still running, by its id, and removes the temporary folders.
clean_up() {
  local code=$?
  trap - EXIT INT TERM HUP
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  postgres_stop "$work/postgres"
  rm -rf "$work"
  exit "$code"
}

install_missing() {
  need_postgres
  # A security module in software, for the master key under a token.
  need_command softhsm2-util softhsm2
  need_command pkcs11-tool opensc
  if [ "$quick" = no ]; then
    need_command chromium chromium
    # The typeface comes with the assets; this is for the few signs it does not have.
    if ! have fc-list || [ -z "$(fc-list :lang=bg family | head -n 1)" ]; then
      apt_install fontconfig fonts-dejavu-core
    fi
    need_cargo_tool cargo-deny "$deny_version"
  fi
  need_cargo_tool cargo-nextest "$nextest_version"
}

check_dependencies() {
  local log=$work/advisories code=0
  cargo deny --locked --log-level error check bans licenses sources || return 1
  # The list of known weaknesses is not in the package registry; a machine may have no way to it.
  timeout 120 cargo deny --locked check advisories >"$log" 2>&1 || code=$?
  if [ "$code" = 0 ]; then
    note "advisories: none applies"
  elif [ "$code" = 124 ] || grep -qiE 'failed to (fetch|load|open) advisory database|failed to (clone|fetch)' "$log"; then
    note "advisories: SKIPPED, the advisory database cannot be reached from here"
  else
    cat "$log"
    return 1
  fi
}

# Prints the number in front of a word in a summary line, 0 when it is absent.
number_of() { sed -n "s/.*[^0-9]\([0-9][0-9]*\) $1.*/\1/p" <<<"$2" | grep . || echo 0; }

run_rust_tests() {
  local log=$work/nextest code=0 line
  cargo nextest run --locked --workspace 2>&1 | tee "$log" || code=$?
  line=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E 'Summary .* tests? run: ' | tail -n 1) || true
  local bad=$(($(number_of failed "$line") + $(number_of 'timed out' "$line") + $(number_of 'exec failed' "$line")))
  echo "$(number_of passed "$line") $bad" >"$work/count"
  return "$code"
}

run_doc_tests() {
  local log=$work/doctest code=0
  # Building the documentation of nine crates to find no example takes longer than a look.
  if ! grep -rqE '^\s*//[/!] ```' --include='*.rs' "$root/crates"; then
    note "there are none"
    return 0
  fi
  cargo test --quiet --locked --workspace --doc >"$log" 2>&1 || code=$?
  [ "$code" = 0 ] || cat "$log"
  awk '/^test result: / { ok += $4; bad += $6 } END { print ok + 0, bad + 0 }' "$log" >"$work/count"
  return "$code"
}

# Go's sumdb and pymerkle on a log that the program wrote out.
run_log_verifiers() {
  local log=$work/foreign code=0
  need_command go golang-go
  [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || apt_install golang-golang-x-mod-dev
  python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
  mkdir -p "$work/log"
  "$root/e2e/log/check" "$(target_folder)/debug/pristan" "$work/log" >"$log" || code=$?
  cat "$log"
  [ "$code" != 0 ] || tail -n 1 "$log" >"$work/count"
  return "$code"
}

run_browser_tests() {
  local log=$work/browser code=0
  npm_install "$root/e2e" || return 1
  # Data folders and browser profiles go with $work, also when the run is stopped half-way.
  PRISTAN_BIN="$(target_folder)/debug/pristan" TMPDIR="$work" \
    npm --prefix "$root/e2e" test --silent 2>&1 | tee "$log" || code=$?
  local ok bad cancelled
  ok=$(sed -n 's/^ℹ pass //p' "$log" | tail -n 1)
  bad=$(sed -n 's/^ℹ fail //p' "$log" | tail -n 1)
  cancelled=$(sed -n 's/^ℹ cancelled //p' "$log" | tail -n 1)
  echo "${ok:-0} $((${bad:-0} + ${cancelled:-0}))" >"$work/count"
  return "$code"
}
