#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The documents and the code, held to each other: the C unit test of the documents ($1) writes samples, and the node scripts beside this one ask the
# documents about them; then the independent consumer is tried on good and bad messages. Run from the root.
set -euo pipefail
program=$1
here=tests/interop
samples=$(mktemp -d "${TMPDIR:-/tmp}/sitelog-samples-XXXXXX")
trap 'rm -rf "$samples"' EXIT
SITELOG_SAMPLES=$samples "$program" >"$samples/log" 2>&1 || { cat "$samples/log"; exit 1; }
status=0
node $here/validate-docs.mjs --samples "$samples" || status=1
node $here/test-consumer.mjs || status=1
exit $status
