#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy over the files given, with the compiler flags of $LINT_FLAGS. What was clean is not looked at again until the
# file as the compiler sees it, the checks or the tool change.
set -uo pipefail
read -r -a flags <<<"$LINT_FLAGS"
cache=build/lint/tidy
mkdir -p "$cache"
tool=$(clang-tidy --version; cat .clang-tidy tests/.clang-tidy)
failed=0
for file in "$@"; do
    key=$({ echo "$tool"; echo "$file"; clang "${flags[@]}" -E "$file"; } 2>&1 | sha256sum | cut -d' ' -f1)
    [ -e "$cache/$key" ] && continue
    if clang-tidy --quiet "$file" -- "${flags[@]}" 2>"$cache/$$.err"; then
        touch "$cache/$key"
    else
        grep -v 'warnings\? \(generated\|treated\)' "$cache/$$.err" >&2
        failed=1
    fi
done
rm -f "$cache/$$.err"
exit $failed
