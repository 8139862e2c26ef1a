# shellcheck shell=bash disable=SC2154
# The output of infra/smoke.sh. `work` is the folder of its logs.
failures=0

say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
passed() { say "ok    $*"; }
failed() { say "FAIL  $*"; failures=$((failures + 1)); }

# show FILE: prints the end of a log, which contains the error.
show() { tail -n 40 "$1" | sed 's/^/      /'; }

# The checks of `doctor --output json`, and each need of a builder that its probe tried.
show_doctor() {
  node -e '
    const { checks } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const { status, id, detail, faults = [], whatToDo } of checks) {
      const [first, ...needs] = id === "probe-builder" ? detail.split(/; |, (?=\w+ (?:ok|refused))/) : [detail];
      console.log(`      ${status} ${id}: ${first}`);
      for (const line of [...needs, ...faults]) console.log(`        ${line}`);
      if (whatToDo) console.log(`        do: ${whatToDo}`);
    }' "$1" || failed "no report of doctor in $1"
}

# check WHAT COMMAND…: counts a failure and continues.
check() {
  local what=$1
  shift
  if "$@" > "$work/check.log" 2>&1; then passed "$what"; else
    failed "$what"
    show "$work/check.log"
  fi
}

# step WHAT LOG COMMAND…: writes the output to a log. A failure prints the log's end and exits.
# A function that runs as a step must check each command itself, because `set -e` has no effect inside it.
step() {
  local what=$1 log=$work/$2.log
  shift 2
  say "$what (log: $log)"
  if "$@" > "$log" 2>&1; then return 0; fi
  failed "$what; the end of its log:"
  show "$log"
  exit 1
}

# retry TIMES SECONDS COMMAND…: waits between two attempts.
retry() {
  local times=$1 seconds=$2 try
  shift 2
  for try in $(seq "$times"); do
    if "$@"; then return 0; fi
    [ "$try" = "$times" ] || sleep "$seconds"
  done
  return 1
}
