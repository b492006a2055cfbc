#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many lines of the code the unit tests and the scenarios reach: a table with the gaps, also in $1/coverage.txt. Exit 1 when an area is below 85 %.
set -uo pipefail
build=$1
failed=0
find "$build" -name '*.gcda' -delete
bash tests/support/run-unit.sh "$build" || failed=1
BUILD=$build SCENARIO_SCALE=${SCENARIO_SCALE:-0.1} bash tests/support/run-node.sh tests/scenario || failed=1
gcovr --root . --object-directory "$build" --exclude 'tests/.*' --filter 'app/journal/' --filter 'app/photo/' --filter 'sync/' --filter 'firmware/' \
    --json "$build/coverage.json" || exit 1
gcovr --root . --add-tracefile "$build/coverage.json" --sort-percentage --txt "$build/coverage.txt" && cat "$build/coverage.txt"
for area in app/journal app/photo sync firmware; do
    gcovr --root . --add-tracefile "$build/coverage.json" --filter "$area/" --fail-under-line 85 --txt /dev/null --print-summary |
        sed -n "s|^lines: |$area: |p"
    [ "${PIPESTATUS[0]}" -eq 0 ] || { echo "$area: below 85 %"; failed=1; }
done
exit $failed
