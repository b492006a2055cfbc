#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every fuzz program below $1/tests/fuzz for FUZZ_SECONDS (default 30) each, from the seeds in the tree; what it finds new
# stays in $1/corpus, what breaks the program in $1/crashes. Exit 1 when anything broke.
set -uo pipefail
broken=0
for program in "$1"/tests/fuzz/fuzz_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    name=$(basename "$program"); name=${name#fuzz_}
    mkdir -p "$1/corpus/$name" "$1/crashes"
    [ -x "$1/tests/fuzz/seed_$name" ] && "$1/tests/fuzz/seed_$name" "$1/corpus/$name"
    seeds=()
    [ -d "tests/fuzz/seeds/$name" ] && seeds=("tests/fuzz/seeds/$name")
    log=$program.log
    if "$program" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$1/crashes/$name-" "$1/corpus/$name" "${seeds[@]}" >"$log" 2>&1; then
        echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing broke ($(grep -m1 -o 'Seed: [0-9]*' "$log"))"
    else
        echo "fuzz $name: BROKE"; tail -40 "$log"; broken=1
    fi
done
exit $broken
