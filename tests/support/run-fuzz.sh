#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every fuzz program below $1/tests/fuzz for FUZZ_SECONDS (default 30) each, as many at once as there are cores, from the seeds in the tree; what
# it finds new stays in $1/corpus, what breaks the program in $1/crashes. Each program counts as one passed or one failed. Exit 1 when anything broke.
set -uo pipefail
export BUILT=$1
one() {
    program=$1 name=$(basename "$1") seeds=()
    name=${name#fuzz_} log=$program.log
    mkdir -p "$BUILT/corpus/$name" "$BUILT/crashes"
    [ -x "$BUILT/tests/fuzz/seed_$name" ] && "$BUILT/tests/fuzz/seed_$name" "$BUILT/corpus/$name"
    [ -d "tests/fuzz/seeds/$name" ] && seeds=("tests/fuzz/seeds/$name")
    # It ends by itself; the time-out is for one that does not.
    if timeout $((${FUZZ_SECONDS:-30} + 120)) "$program" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$BUILT/crashes/$name-" "$BUILT/corpus/$name" "${seeds[@]}" >"$log" 2>&1; then
        echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing broke ($(grep -m1 -o 'Seed: [0-9]*' "$log"))"
    else
        echo "fuzz $name: BROKE"; tail -40 "$log"
        touch "$program.broke"
    fi
}
export -f one
rm -f "$BUILT"/tests/fuzz/*.broke
mapfile -t programs < <(find "$BUILT/tests/fuzz" -type f -name 'fuzz_*' -executable | sort)
printf '%s\n' "${programs[@]}" | xargs -r -P "$(nproc)" -I{} bash -c 'one {}'
failed=$(find "$BUILT/tests/fuzz" -name '*.broke' | wc -l)
echo "fuzz: $((${#programs[@]} - failed)) passed, $failed failed"
[ -n "${SITELOG_COUNTS:-}" ] && echo "$((${#programs[@]} - failed)) $failed" >>"$SITELOG_COUNTS"
[ "$failed" -eq 0 ] && [ ${#programs[@]} -gt 0 ]
