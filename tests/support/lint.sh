#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All checks of `make lint`; each counts as one passed or one failed. Wants the folder of compiled objects as its argument and
# the compiler's flags in $LINT_FLAGS. LINT_ONLY="format symbols" runs only those.
set -uo pipefail
objects=$1
jobs=$(nproc)
passed=0 failed=0

sources() { # of the tree, with the suffixes given; the fixture is wrong on purpose
    local suffix names=()
    for suffix in "$@"; do names+=(-o -name "*.$suffix"); done
    find . \( -name build -o -name node_modules -o -name .git -o -name lint-fixture \) -prune -o -type f \( "${names[@]:1}" \) -printf '%P\n' | sort
}

selftest() { node tests/support/lint-selftest.js; }
includes() { node tests/support/include-rules.js; }
house()    { node tests/support/house-rules.js; }
symbols()  { node tests/support/symbol-rules.js "$objects"; }
data()     { "$objects/tests/unit/app/journal/test_domain_files" 2>&1 | grep -E 'ERROR|FAILED|PASSED' ; [ "${PIPESTATUS[0]}" -eq 0 ]; }
format() {
    sources c h | xargs -P "$jobs" -n 1 bash -c \
        'clang-format --dry-run -Werror "$0" 2>/dev/null || { echo "$0: not formatted; run clang-format -i"; exit 1; }'
}
tidy()     { sources c | xargs -P "$jobs" -n 4 bash tests/support/lint-tidy.sh; }
# missingInclude: system headers are not given; memleak, resourceLeak: it does not know __attribute__((cleanup)), the sanitizers
# do; readdir: one DIR is never shared between threads.
check() {
    sources c | xargs cppcheck -q -j "$jobs" --std=c11 --library=posix --enable=warning,performance,portability --inline-suppr \
        --error-exitcode=1 --suppress=missingInclude --suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak \
        --suppress=readdirCalled --suppress=autoVariables --suppress=internalAstError --suppress='ctunullpointer:tests/*' --suppress='*:/usr/include/*' -I. -D_GNU_SOURCE -DSITELOG_TEST
}
shell()    { sources sh | { echo .ci/run; cat; } | xargs -n 1 bash -n; }

for name in selftest includes house symbols shell data format check tidy; do
    if [ -n "${LINT_ONLY:-}" ] && [[ " $LINT_ONLY " != *" $name "* ]]; then continue; fi
    began=$SECONDS
    if "$name"; then
        passed=$((passed + 1)) verdict=ok
    else
        failed=$((failed + 1)) verdict=FAILED
    fi
    echo "lint $name: $verdict ($((SECONDS - began)) s)"
done
echo "lint: $passed passed, $failed failed"
[ -n "${SITELOG_COUNTS:-}" ] && echo "$passed $failed" >>"$SITELOG_COUNTS"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
