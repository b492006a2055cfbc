/* SPDX-License-Identifier: MIT */
/* Whatever comes as the JSON body of a request, or as an event's data: what is taken says the same when it is written and read again, and
 * what is refused is refused with words. */
#include "app/journal/daylog.h"
#include "app/journal/event.h"
#include "app/journal/plan_decode.h"
#include "app/journal/privacy.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void demand_words(int rc, const struct err_text *e) {
    demand(rc == 0 || rc == ERR_INVALID || rc == ERR_TOO_BIG);
    demand(rc == 0 ||
           (e->text[0] && text_utf8_valid(e->text, strlen(e->text)) && text_utf8_valid(e->field, strlen(e->field))));
}

static void try_daylog(const char *text, size_t n) {
    CLEANUP(json_destroy_ptr) struct json *data = NULL;
    struct daylog d = { 0 }, again = { 0 };
    struct err_text e = { 0 };
    struct buf first, second;
    int rc = daylog_read(text, n, DECODE_STRICT, &d, &e);
    demand_words(rc, &e);
    if (rc) return;
    demand(ids_is_uuid7(d.id));
    buf_init(&first, 16u * ENVELOPE_MAX);
    buf_init(&second, 16u * ENVELOPE_MAX);
    demand(daylog_mask(&d) == 0 && daylog_encode(&d, &first) == 0);
    demand(json_parse(first.data, first.len, &data, NULL) == 0);
    demand((d.amends[0] ? daylog_check_amended : daylog_check)(data, NULL) == 0);
    demand(daylog_decode(data, DECODE_LENIENT, &again, NULL) == 0);
    demand(daylog_encode(&again, &second) == 0);
    demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    daylog_fini(&d);
    daylog_fini(&again);
    buf_fini(&first);
    buf_fini(&second);
}

static void try_plan(const char *text, size_t n) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    CLEANUP(json_destroy_ptr) struct json *other = NULL;
    struct plan_said said = { 0 }, again = { 0 };
    struct err_text e = { 0 };
    struct buf first, second;
    int rc = json_parse(text, n, &root, &e);
    if (rc == 0) rc = plan_decode(root, DECODE_STRICT, &said, &e);
    demand_words(rc, &e);
    if (rc) return;
    buf_init(&first, 16u * ENVELOPE_MAX);
    buf_init(&second, 16u * ENVELOPE_MAX);
    demand(plan_encode(&said, &first) == 0);
    demand(json_parse(first.data, first.len, &other, NULL) == 0);
    demand(plan_decode(other, DECODE_LENIENT, &again, NULL) == 0 && plan_encode(&again, &second) == 0);
    demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    plan_said_fini(&said);
    plan_said_fini(&again);
    buf_fini(&first);
    buf_fini(&second);
}

static void try_masking(const char *text) {
    struct buf out;
    buf_init(&out, 4u << 20);
    demand(privacy_mask_text(text, &out) == 0);
    demand(out.len <= strlen(text) && (out.len > 0) == (text[0] != '\0'));
    demand(out.len == 0 || text_utf8_valid(out.data, out.len));
    buf_fini(&out);
}

static void try_checks(const char *text, size_t n) {
    CLEANUP(json_destroy_ptr) struct json *data = NULL;
    if (json_parse(text, n, &data, NULL) < 0 || !json_is_object(data)) return;
    for (size_t i = 0; i < event_type_count; i++) {
        struct err_text e = { 0 };
        if (event_types[i].check) demand_words(event_types[i].check(data, &e), &e);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *text = malloc(n + 1);
    if (!text) abort();
    if (n) memcpy(text, bytes, n);
    text[n] = '\0';
    try_daylog(text, n);
    try_plan(text, n);
    try_checks(text, n);
    if (text_utf8_valid(text, strlen(text))) try_masking(text);
    free(text);
    return 0;
}
