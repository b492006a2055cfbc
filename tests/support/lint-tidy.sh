#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy over the files given, with the compiler flags of $LINT_FLAGS. What was clean is not looked at again until the
# file as the compiler sees it, the checks or the tool change. max-nodes: a tenth of the usual depth finds the same here, and the
# whole tree takes two minutes instead of ten.
set -uo pipefail
read -r -a flags <<<"$LINT_FLAGS"
analyzer=(-Xclang -analyzer-config -Xclang max-nodes=20000)
cache=build/lint/tidy
mkdir -p "$cache"
tool=$(clang-tidy --version; echo "${analyzer[@]}"; cat .clang-tidy tests/.clang-tidy)
failed=0
for file in "$@"; do
    key=$({ echo "$tool"; echo "$file"; clang "${flags[@]}" -E "$file"; } 2>&1 | sha256sum | cut -d' ' -f1)
    [ -e "$cache/$key" ] && continue
    if clang-tidy --quiet "$file" -- "${flags[@]}" "${analyzer[@]}" 2>"$cache/$$.err"; then
        touch "$cache/$key"
    else
        grep -v 'warnings\? \(generated\|treated\)' "$cache/$$.err" >&2
        failed=1
    fi
done
rm -f "$cache/$$.err"
exit $failed
