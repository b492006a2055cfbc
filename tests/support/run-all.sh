#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that says whether the tree is good, part by part, each timed; what failed is said again at the end, and the last line is `N passed, N failed`.
# A part is a line `name|make target that it needs|command`; a part whose target is not in the tree is left out, and told. One that ends with `|aside` runs
# beside those that follow, which wait more than they compute, and gives way to them; what it said is printed at the end.
# Each part appends "passed failed" to the file that $SITELOG_COUNTS names; one that does not counts as one passed or one failed.
# RUN_ONLY="lint unit" runs only those.
set -uo pipefail
cd "$(dirname "$0")/../.."
jobs=$(nproc)

parts=(
    "gcc|programs|make -j$jobs MODE=release programs"
    "clang|programs|make -j$jobs MODE=asan programs unit-binaries bench-binaries"
    "unit|unit|make -j$jobs unit"
    "asan|asan|make -j$jobs asan"
    "tsan|tsan|make -j$jobs tsan"
    "fuzz|fuzz|make -j$jobs FUZZ_SECONDS=${FUZZ_SECONDS:-8} fuzz"
    "lint|lint|nice -n 15 make -j$jobs lint|aside"
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

total_passed=0 total_failed=0 table="" broken=""
# name, exit code, seconds: what became of a part, by its counts.
tell() {
    local passed failed
    read -r passed failed < <(awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }' "$work/$1.counts")
    if [ "$2" -ne 0 ]; then
        [ "$failed" -gt 0 ] || failed=1
    elif [ $((passed + failed)) -eq 0 ]; then
        passed=1
    fi
    [ "$failed" -eq 0 ] || broken+=" $1"
    total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
    table+=$(printf '%-10s %6d passed %4d failed %7.1f min' "$1" "$passed" "$failed" "$(awk -v s="$3" 'BEGIN { print s / 60 }')")$'\n'
}

beside=() # parts that run aside
for part in "${parts[@]}"; do
    IFS='|' read -r name target command aside <<<"$part"
    if [ -n "${RUN_ONLY:-}" ] && [[ " $RUN_ONLY " != *" $name "* ]]; then continue; fi
    if ! has_target "$target"; then
        table+=$(printf '%-10s %s' "$name" "not in this tree")$'\n'
        continue
    fi
    : >"$work/$name.counts"
    if [ -n "$aside" ]; then
        echo "== $name: $command (aside)"
        (
            began=$SECONDS
            SITELOG_COUNTS=$work/$name.counts bash -c "$command" </dev/null >"$work/$name.said" 2>&1
            echo "$? $((SECONDS - began))" >"$work/$name.code"
        ) &
        beside+=("$name")
        continue
    fi
    echo "== $name: $command"
    began=$SECONDS
    SITELOG_COUNTS=$work/$name.counts bash -c "$command" </dev/null 2>&1 | tee "$work/$name.said"
    tell "$name" "${PIPESTATUS[0]}" $((SECONDS - began))
done
wait
for name in "${beside[@]}"; do
    echo "== $name said:"
    cat "$work/$name.said"
    read -r code seconds <"$work/$name.code" || code=1 seconds=0
    tell "$name" "$code" "$seconds"
done

for name in $broken; do
    echo "== what failed in $name:"
    grep -aE -A 8 '^FAIL|^\[ +(ERROR|LINE) +\]|^fuzz .*BROKE|(error|warning): |^make: \*\*\*' "$work/$name.said" | head -60
done
echo
printf '%s' "$table"
printf 'in all %.1f min\n' "$(awk -v s=$SECONDS 'BEGIN { print s / 60 }')"
echo "$total_passed passed, $total_failed failed"
[ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
