#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The test programs below $1/tests/unit that start threads, a line each: what ThreadSanitizer looks at. The rest is the other sanitizers' business;
# test_jpeg starts some for nothing that is shared, and takes long. PDF is made with GLib, whose locks ThreadSanitizer does not see; the project's
# own threads there have a test of their own (test_report_pdf_ahead).
set -euo pipefail
threads='pthread_create|uv_thread_create|uv_queue_work|MHD_start_daemon|mosquitto_loop_start'
find "$1/tests/unit" -type f -name 'test_*' -executable | sort | while IFS= read -r program; do
    if [[ $program =~ /test_(jpeg|report_pdf|route_report)$ ]]; then continue; fi
    if nm -u "$program" | grep -E " ($threads)" >/dev/null; then echo "$program"; fi # all of it is read: nm must not die of a closed pipe
done
