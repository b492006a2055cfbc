#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every *.mjs and *.sh of the folders that are given, NODE_JOBS (1) at once; each counts for itself into $SITELOG_COUNTS. Exit 1 when one failed. The
# largest begin first, so that none that takes long is left alone at the end. What several print at once is shown as each ends. A file that hangs is ended after NODE_TIMEOUT_S (1200).
set -uo pipefail
export SCENARIO_SCALE=${SCENARIO_SCALE:-1} NODE_JOBS=${NODE_JOBS:-1} NODE_TIMEOUT_S=${NODE_TIMEOUT_S:-1200}
one() {
    case $1 in
        *.mjs) timeout "$NODE_TIMEOUT_S" node "$1" ;;
        *.sh) timeout "$NODE_TIMEOUT_S" bash "$1" ;;
    esac
    code=$?
    if [ $code -eq 124 ]; then
        echo "FAIL $1: it did not end within $NODE_TIMEOUT_S s"
        [ -n "${SITELOG_COUNTS:-}" ] && echo "0 1" >>"$SITELOG_COUNTS"
    fi
    return $code
}
show() {
    if [ "$NODE_JOBS" -eq 1 ]; then
        echo "-- $1"
        one "$1"
    else
        local text code
        text=$(one "$1" 2>&1)
        code=$?
        printf -- '-- %s\n%s\n' "$1" "$text"
        return $code
    fi
}
export -f one show
find "$@" -name node_modules -prune -o \( -name '*.mjs' -o -name '*.sh' \) -type f -printf '%s %p\n' | sort -k1,1rn -k2 | cut -d' ' -f2- | xargs -r -P "$NODE_JOBS" -I{} bash -c 'show {} || exit 1'
