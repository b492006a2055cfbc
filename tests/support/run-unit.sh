#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every test program below $1/tests/unit and tests/fault, several at once (they wait more than they compute; under ThreadSanitizer less so); counts
# cmocka's own results. Exit 1 when anything failed.
set -uo pipefail
export TSAN_OPTIONS="suppressions=$PWD/tests/support/tsan.supp${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
run_one() {
    timeout 300 "$1" >"$1.log" 2>&1
    echo $? >"$1.code"
}
export -f run_one
folders=("$1/tests/unit")
[[ $1 == *tsan* ]] || folders+=("$1/tests/fault") # cuts and lack of memory are about one thread, and ThreadSanitizer is slow
mapfile -t programs < <(find "${folders[@]}" -type f -name 'test_*' -executable | sort)
if [[ $1 == *tsan* ]]; then
    mapfile -t programs < <(bash tests/support/threaded.sh "$1")
    echo "unit ($1): what starts no thread is left out"
fi
atonce=$((2 * $(nproc))); [[ $1 != *tsan* ]] || atonce=$(nproc)
printf '%s\n' "${programs[@]}" | xargs -r -P "$atonce" -I{} bash -c 'run_one {}'
passed=0 failed=0
for program in "${programs[@]}"; do
    log=$program.log code=$(cat "$program.code")
    ok=$(grep -c '^\[       OK \]' "$log"); bad=$(grep '^\[  FAILED  \] [A-Za-z_0-9]*$' "$log" | sort -u | wc -l) # cmocka names each twice
    if [ "$code" -ne 0 ]; then
        [ "$bad" -gt 0 ] || bad=1
        echo "FAILED ($code): $program"; tail -40 "$log"
    elif [ "$ok" -eq 0 ]; then
        echo "FAILED: $program ran no test"; bad=1
    fi
    passed=$((passed + ok)); failed=$((failed + bad))
done
echo "unit ($1): $passed passed, $failed failed"
[ -n "${SITELOG_COUNTS:-}" ] && echo "$passed $failed" >>"$SITELOG_COUNTS"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
