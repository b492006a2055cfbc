#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every *.mjs and *.sh of the folders that are given, one after the other; each counts for itself into $SITELOG_COUNTS. Exit 1 when one failed.
set -uo pipefail
failed=0
export SCENARIO_SCALE=${SCENARIO_SCALE:-1}
while IFS= read -r file; do
    echo "-- $file"
    case $file in
        *.mjs) node "$file" ;;
        *.sh) bash "$file" ;;
    esac || failed=1
done < <(find "$@" -name node_modules -prune -o \( -name '*.mjs' -o -name '*.sh' \) -type f -print | sort)
exit $failed
