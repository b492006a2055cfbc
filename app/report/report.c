/* SPDX-License-Identifier: MIT */
/* What filling a report needs, and its code. */
#include "app/report/report.h"

#include "app/report/report_outline.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { SAID_MAX = 16 * 1024 * 1024 };

void report_fini(struct report *r) {
    report_pool_fini(&r->pool);
    *r = (struct report){ 0 };
}

void report_list_add(struct report *r, struct report_list *list, const char *id) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->ids[i], id) == 0) return;
    const char **new = report_pool_more(&r->pool, &list->ids, &list->n, sizeof *new);
    if (new) *new = report_pool_text(&r->pool, id);
}

struct report_words report_lasted(struct report_pool *p, int64_t seconds) {
    long long minutes = (seconds + 30) / 60;
    if (seconds <= 0) return REPORT_WORDS("不详", "not known");
    if (minutes < 60)
        return REPORT_WORDS(report_pool_printf(p, "%lld 分钟", minutes), report_pool_printf(p, "%lld min", minutes));
    return REPORT_WORDS(report_pool_printf(p, "%lld 小时 %02lld 分", minutes / 60, minutes % 60),
                        report_pool_printf(p, "%lld h %02lld min", minutes / 60, minutes % 60));
}

int report_photo_find(const struct report *r, const char *id) {
    for (size_t i = 0; i < r->photo_count; i++)
        if (strcmp(r->photos[i].id, id) == 0) return (int)i;
    return -1;
}

void report_code_text(const char *code, char out[REPORT_CODE_SIZE]) {
    out[0] = '\0';
    if (code && strlen(code) == 8) (void)snprintf(out, REPORT_CODE_SIZE, "%.4s-%.4s", code, code + 4);
}

bool report_empty(const struct report *r) {
    return r->day_count + r->inspection_count + r->test_count + r->hazard_count + r->delay_count + r->alert_count +
               r->outage_count + r->photo_count ==
           0;
}

/* ---- the code: of what is said, line by line, each with its length, so that nothing can move from one line to the next ---- */

static void say(struct buf *b, const char *text) {
    (void)buf_addf(b, "%zu:", text ? strlen(text) : 0);
    (void)buf_add_text(b, text ? text : "");
}

static void say_words(struct buf *b, struct report_words w) {
    say(b, w.zh);
    say(b, w.en);
}

struct saying {
    const struct report *r;
    struct buf said;
};

static void head(void *ctx, struct report_words verdict, enum report_tone tone) {
    struct saying *s = ctx;
    (void)tone;
    say_words(&s->said, s->r->title);
    say_words(&s->said, verdict);
}

static void facts(void *ctx, const struct report_fact *list, size_t n) {
    struct saying *s = ctx;
    for (size_t i = 0; i < n; i++) say_words(&s->said, list[i].value);
}

static void tiles(void *ctx, const struct report_tile *list, size_t n) {
    struct saying *s = ctx;
    for (size_t i = 0; i < n; i++) say(&s->said, list[i].value);
}

static void heading(void *ctx, struct report_words text) { say_words(&((struct saying *)ctx)->said, text); }

static void line(void *ctx, struct report_words text, enum report_tone tone) {
    (void)tone;
    say_words(&((struct saying *)ctx)->said, text);
}

static void table(void *ctx, const struct report_column *columns, size_t n) { (void)ctx, (void)columns, (void)n; }

static void row(void *ctx, const struct report_cell *cells, size_t n) {
    struct saying *s = ctx;
    for (size_t i = 0; i < n; i++) {
        (void)buf_addf(&s->said, "%zu;", cells[i].n);
        for (size_t k = 0; k < cells[i].n; k++) {
            const struct report_list *photos = cells[i].pieces[k].photos;
            say_words(&s->said, cells[i].pieces[k].label);
            say_words(&s->said, cells[i].pieces[k].text);
            for (size_t p = 0; photos && p < photos->n; p++) say(&s->said, photos->ids[p]);
        }
    }
}

static void table_end(void *ctx) { (void)ctx; }

static void figures(void *ctx, const struct report_figure *list, size_t n) {
    struct saying *s = ctx;
    for (size_t i = 0; i < n; i++) {
        const struct report_photo *p = &s->r->photos[list[i].photo];
        say(&s->said, p->id);
        say(&s->said, p->sha256);
        say(&s->said, p->caption);
        say(&s->said, p->at);
        say(&s->said, p->who);
        say_words(&s->said, p->place);
        say_words(&s->said, p->clock);
        say_words(&s->said, list[i].label);
    }
}

int report_seal(struct report *r) {
    static const struct report_sink sink = { head, facts, tiles, heading, line, table, row, table_end, figures };
    struct saying s = { .r = r };
    uint8_t hash[HASH_SIZE];
    char code[9], text[REPORT_CODE_SIZE];
    buf_init(&s.said, SAID_MAX);
    r->code = "";
    int rc = r->pool.error;
    if (!rc) rc = report_outline(r, true, &sink, &s);
    if (!rc) rc = s.said.error;
    if (!rc) {
        hash_sha256(s.said.data, s.said.len, hash);
        text_code(hash, code);
        report_code_text(code, text);
        r->code = report_pool_text(&r->pool, text);
        rc = r->pool.error;
    }
    buf_fini(&s.said);
    return rc;
}
