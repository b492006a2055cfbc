#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the benchmarks below $1/tests/bench one after the other and prints one table, also into $1/tests/bench/table.md. A missed goal is said and is
# no failure: the yardsticks are measured beside whatever else the machine does. BENCH_ONLY="jpeg store" runs only those.
set -uo pipefail
build=$1
table=$build/tests/bench/table.md
failed=0
began=$SECONDS
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for program in photo_bytes upload store lists rules jpeg stamp report live intake drain idle assets; do
    if [ -n "${BENCH_ONLY:-}" ] && [[ " $BENCH_ONLY " != *" $program "* ]]; then continue; fi
    started=$SECONDS
    "$build/tests/bench/bench_$program" "$build" >>"$rows" || { echo "bench_$program failed" >&2; failed=1; }
    echo "$program: $((SECONDS - started)) s" >&2
done
{
    echo "$(date -u +%F), $(git describe --always --dirty 2>/dev/null), $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1) × $(nproc)," \
        "$(awk '/MemTotal/ {printf "%.0f GB", $2 / 1e6}' /proc/meminfo), $(stat -f -c %T "${TMPDIR:-/tmp}"), Linux $(uname -r | grep -o '^[0-9.]*')," \
        "load $(cut -d' ' -f1 /proc/loadavg)${BENCH_QUICK:+, quick}"
    echo
    echo '| figure | median | range of the rounds | goal | | remark |'
    echo '|---|---:|---|---|---|---|'
    while IFS= read -r row; do echo "| ${row//$'\t'/ | } |"; done <"$rows"
} | tee "$table"
echo "bench: $(wc -l <"$rows") figures, $(grep -c MISSED "$rows") goals missed, $((SECONDS - began)) s" >&2
exit $failed
