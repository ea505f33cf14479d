#!/usr/bin/env bash
# Generates what other files are the source of: generated.sh write | check
# `check` fails, with the difference, when a committed file is not what would be generated.
set -euo pipefail

mode=$1
fresh=build/generated
typescript=apps/console/node_modules/.bin/openapi-typescript
rm -rf "$fresh"
mkdir -p "$fresh"

.venv/bin/shunyue openapi >"$fresh/openapi.json"
.venv/bin/shunyue schema >"$fresh/schema.sql"
"$typescript" "$fresh/openapi.json" --output "$fresh/schema.d.ts"

stale=0
for pair in openapi.json:backend schema.sql:backend schema.d.ts:packages/api-client/src/generated; do
  file=${pair%%:*}
  place=${pair#*:}/$file
  if [ "$mode" = write ]; then
    mkdir -p "$(dirname "$place")"
    cp "$fresh/$file" "$place"
  elif ! diff -u "$place" "$fresh/$file"; then
    echo "$place is not what its source makes: run make generate and commit it." >&2
    stale=1
  fi
done
exit "$stale"
