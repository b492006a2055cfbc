#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that says whether the tree is good, part by part, each timed; the last line is `N passed, N failed`.
# A part is a line `name|make target that it needs|command`; a part whose target is not in the tree is left out, and told.
# Each part appends "passed failed" to the file that $SITELOG_COUNTS names; one that does not counts as one passed or one failed.
# RUN_ONLY="lint unit" runs only those.
set -uo pipefail
cd "$(dirname "$0")/../.."
jobs=$(nproc)

parts=(
    "gcc|programs|make -j$jobs MODE=release programs"
    "clang|programs|make -j$jobs CC=clang MODE=fuzz programs unit-binaries bench-binaries"
    "lint|lint|make -j$jobs lint"
    "unit|unit|make -j$jobs unit"
    "asan|asan|make -j$jobs asan"
    "tsan|tsan|make -j$jobs tsan"
    "fuzz|fuzz|make -j$jobs FUZZ_SECONDS=${FUZZ_SECONDS:-12} fuzz"
    "scenario|scenario|make SCENARIO_SCALE=${SCENARIO_SCALE:-0.3} scenario"
    "interop|interop|make interop"
    "browser|browser|make browser"
)

work=$(mktemp -d "${TMPDIR:-/tmp}/sitelog-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
# A test's settings come from the test, not from whoever runs it.
while IFS= read -r name; do unset "$name"; done < <(compgen -e | grep '^SITELOG_')

has_target() {
    grep -qhE "^([a-z-]+ )*$1( [a-z-]+)*:([^=]|$)" Makefile tests/module.mk
}

total_passed=0 total_failed=0 table=""
for part in "${parts[@]}"; do
    IFS='|' read -r name target command <<<"$part"
    if [ -n "${RUN_ONLY:-}" ] && [[ " $RUN_ONLY " != *" $name "* ]]; then continue; fi
    if ! has_target "$target"; then
        table+=$(printf '%-10s %s' "$name" "not in this tree")$'\n'
        continue
    fi
    echo "== $name: $command"
    : >"$work/counts"
    began=$SECONDS
    SITELOG_COUNTS=$work/counts bash -c "$command" </dev/null
    code=$?
    read -r passed failed < <(awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }' "$work/counts")
    if [ $code -ne 0 ]; then
        [ "$failed" -gt 0 ] || failed=1
    elif [ $((passed + failed)) -eq 0 ]; then
        passed=1
    fi
    total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
    table+=$(printf '%-10s %6d passed %4d failed %7.1f min' "$name" "$passed" "$failed" "$(awk -v s=$((SECONDS - began)) 'BEGIN { print s / 60 }')")$'\n'
done

echo
printf '%s' "$table"
printf 'in all %.1f min\n' "$(awk -v s=$SECONDS 'BEGIN { print s / 60 }')"
echo "$total_passed passed, $total_failed failed"
[ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
