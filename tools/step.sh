#!/usr/bin/env bash
# Runs one step of a longer run: step.sh NAME COMMAND [ARGUMENT ...]
# The whole output goes to build/logs/NAME.log and is shown only if the step fails.
set -uo pipefail

name=$1
shift
log=build/logs/$name.log
mkdir -p build/logs
rm -f "build/logs/$name.failed"
began=$SECONDS

if "$@" >"$log" 2>&1 </dev/null; then
  printf 'ok      %-36s %4d s\n' "$name" $((SECONDS - began))
else
  code=$?
  touch "build/logs/$name.failed"
  printf 'FAILED  %-36s %4d s   %s\n' "$name" $((SECONDS - began)) "$log"
  cat "$log"
  exit "$code"
fi
