/* SPDX-License-Identifier: MIT */
/* Whatever comes as a signature: only what the strict grammar has is taken for a path, its box holds its points, and what is stated of it proves itself
 * and nothing else. Lines: the path, the text that is signed, the amount, the subject. */
#include "app/journal/confirmation.h"
#include "app/journal/signature.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENT_MAX = 1 << 20, GRAMMAR_MAX = 1500 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

/* The same grammar, written by other means. */
static bool fits_grammar(const char *path) {
    static regex_t grammar;
    static bool made;
    const char *number = "[0-9]{1,4}(\\.[0-9]{1,2})?";
    if (!made) {
        char text[200];
        (void)snprintf(text, sizeof text, "^M%s %s([ML]%s %s)*$", number, number, number, number);
        demand(regcomp(&grammar, text, REG_EXTENDED | REG_NOSUB) == 0);
        made = true;
    }
    return regexec(&grammar, path, 0, NULL, 0) == 0;
}

static void try_path(const char *path) {
    struct signature_box box = { .points = 7 };
    bool is_path = signature_measure(path, &box);
    size_t commands = 0;
    demand(is_path == signature_is_path(path));
    if (strlen(path) <= GRAMMAR_MAX) demand(is_path == fits_grammar(path));
    if (!is_path) {
        demand(box.points == 7); /* written on success only */
        return;
    }
    for (const char *c = path; *c; c++) commands += *c == 'M' || *c == 'L';
    demand(path[strspn(path, "ML0123456789. ")] == '\0');
    demand(strlen(path) <= SIGNATURE_PATH_MAX && box.points <= SIGNATURE_POINTS_MAX && box.points == commands);
    demand(box.width >= 0 && box.width <= box.right && box.right < 10000);
    demand(box.height >= 0 && box.height <= box.bottom && box.bottom < 10000);
}

static void demand_proof(const struct signature_statement *s) {
    struct buf statement, other;
    char sha[HASH_TEXT_SIZE], other_sha[HASH_TEXT_SIZE];
    buf_init(&statement, STATEMENT_MAX);
    buf_init(&other, STATEMENT_MAX);
    demand(signature_state(s, &statement, sha) == 0);
    demand(signature_proves(statement.data, sha, s->path));
    demand(!signature_proves(statement.data, sha, s->path[0] ? "" : "M1 1L2 2"));
    struct signature_statement changed = *s;
    changed.amount = strcmp(s->amount, "1") == 0 ? "2" : "1";
    demand(signature_state(&changed, &other, other_sha) == 0);
    demand(strcmp(sha, other_sha) != 0 && !signature_proves(statement.data, other_sha, s->path));
    statement.data[statement.len / 2] ^= 1;
    demand(!signature_proves(statement.data, sha, s->path));
    buf_fini(&statement);
    buf_fini(&other);
}

/* As the event has it: a path that is none is refused with words. */
static void try_event(const char *path) {
    CLEANUP(json_destroy_ptr) struct json *data = NULL;
    struct err_text e = { 0 };
    struct json_out w;
    struct buf text;
    if (!text_utf8_valid(path, strlen(path))) return;
    buf_init(&text, STATEMENT_MAX);
    json_start(&w, &text);
    json_open(&w, NULL, '{');
    json_put_text(&w, "subject", "change/01990000-0000-7000-8000-000000000001");
    json_put_text(&w, "method", "signature");
    json_open(&w, "signature", '{');
    json_put_text(&w, "path", path);
    json_put_int(&w, "width", 600);
    json_put_int(&w, "height", 200);
    json_close(&w, '}');
    json_close(&w, '}');
    demand(json_parse(text.data, text.len, &data, NULL) == 0);
    int rc = confirmation_check(data, &e);
    demand((rc == 0) == signature_is_path(path));
    demand(rc == 0 || (rc == ERR_INVALID && e.text[0] && text_utf8_valid(e.text, strlen(e.text))));
    buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *lines = malloc(n + 1), *rest = lines, *line[4] = { NULL };
    if (!lines) abort();
    if (n) memcpy(lines, bytes, n);
    lines[n] = '\0';
    for (int i = 0; i < 4; i++) {
        line[i] = rest;
        rest += strcspn(rest, "\n");
        if (*rest) *rest++ = '\0';
    }
    struct signature_statement s = { .org = "acme",
                                     .site = "s-1",
                                     .subject = line[3],
                                     .event = "01990000-0000-7000-8000-000000000002",
                                     .amount = line[2],
                                     .text = line[1],
                                     .date = "2026-11-28",
                                     .method = line[0][0] ? "signature" : "crm",
                                     .path = line[0] };
    try_path(line[0]);
    try_event(line[0]);
    demand_proof(&s);
    free(lines);
    return 0;
}
