/* SPDX-License-Identifier: MIT */
/* Counts what the newest logs of a site used. Looks at a bounded number of logs, so that a long site does not make the home screen slow. */
#include "app/journal/today_chips.h"

#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define LOGS_MAX          60
#define TEXT_CHIP_MAX     60  /* bytes: what fits on a chip */
#define TEXTS_COUNTED_MAX 400 /* different texts that are counted */

struct text_use {
    char text[TEXT_CHIP_MAX + 1];
    int used;
};

struct tally {
    int *phrases; /* by place in domain_phrases */
    struct text_use *texts;
    size_t text_count;
};

static void count_text(struct tally *t, const char *text) {
    size_t i = 0;
    if (strlen(text) > TEXT_CHIP_MAX) return;
    while (i < t->text_count && strcmp(t->texts[i].text, text) != 0) i++;
    if (i == TEXTS_COUNTED_MAX) return;
    if (i == t->text_count) {
        memcpy(t->texts[i].text, text, strlen(text) + 1);
        t->text_count++;
    }
    t->texts[i].used++;
}

static void count_items(struct tally *t, const struct item_list *l) {
    size_t n = 0;
    const struct domain_phrase *phrases = domain_phrases(&n);
    for (size_t i = 0; i < l->count; i++) {
        const struct domain_phrase *p = l->items[i].phrase[0] ? domain_phrase(l->items[i].phrase) : NULL;
        if (p) t->phrases[p - phrases]++;
        if (l->items[i].text) count_text(t, l->items[i].text);
    }
}

static int count_logs(struct db *db, const char *site, struct tally *t) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT data FROM daylog WHERE site = ? ORDER BY date DESC, pos DESC LIMIT ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, LOGS_MAX);
    while ((rc = stmt_step(s)) == 1) {
        struct daylog d = { 0 };
        const char *data = stmt_text(s, 0);
        int decoded = daylog_read(data, strlen(data), DECODE_LENIENT, &d, NULL);
        if (decoded < 0) return decoded == ERR_NOMEM ? decoded : ERR_CORRUPT;
        count_items(t, &d.done);
        count_items(t, &d.plan);
        daylog_fini(&d);
    }
    return rc;
}

struct chip {
    const char *key, *zh, *en, *flags;
    int used;
    size_t place; /* keeps equal ones in their order */
};

static int by_use(const void *a, const void *b) {
    const struct chip *x = a;
    const struct chip *y = b;
    if (x->used != y->used) return x->used < y->used ? 1 : -1;
    return x->place < y->place ? -1 : 1;
}

static int by_text_use(const void *a, const void *b) {
    return ((const struct text_use *)b)->used - ((const struct text_use *)a)->used;
}

static void add_phrases(const struct tally *t, const char *stage, struct chip *chips, size_t *count) {
    size_t n = 0;
    const struct domain_phrase *phrases = domain_phrases(&n);
    for (size_t i = 0; i < n; i++) {
        const struct domain_phrase *p = &phrases[i];
        if (strcmp(p->stage, stage) != 0) continue;
        chips[*count] = (struct chip){ p->key, p->zh, p->en, p->flags, t->phrases[i], *count };
        ++*count;
    }
}

/* What hides the works behind it, and may come only after the stage's gate. */
static const char *const covers[] = { "plumbing_electrical/chases-closed", "hvac/heating-screed", "carpentry/boarded" };

static bool covers_works(const char *key) {
    for (size_t i = 0; key && i < sizeof covers / sizeof covers[0]; i++)
        if (strcmp(covers[i], key) == 0) return true;
    return false;
}

/* 1: its gate is passed. */
static int is_accepted(struct db *db, const char *site, const char *stage) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT 1 FROM stage WHERE site = ? AND key = ? AND (state = 'accepted' OR gate_open = 1)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, stage);
    return stmt_step(s);
}

static void put_warning(const char *stage, struct json_out *w) {
    char zh[120], en[160];
    const struct domain_stage *d = domain_stage(stage);
    (void)snprintf(zh, sizeof zh, "%s还没验收，先报验再封", d ? d->zh : stage);
    (void)snprintf(en, sizeof en, "%s is not accepted yet: ask for acceptance before it is covered", d ? d->en : stage);
    json_open(w, "warn", '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static int put(struct tally *t, bool accepted, const char *stage, struct json_out *w, const char *name) {
    size_t n = 0;
    size_t count = 0;
    (void)domain_phrases(&n);
    CLEANUP(free_ptr) struct chip *chips = calloc(n + TODAY_TEXTS_MAX, sizeof *chips);
    if (!chips) return ERR_NOMEM;
    add_phrases(t, stage, chips, &count);
    if (strcmp(stage, "any") != 0) add_phrases(t, "any", chips, &count);
    qsort(t->texts, t->text_count, sizeof *t->texts, by_text_use);
    for (size_t i = 0; i < t->text_count && i < TODAY_TEXTS_MAX; i++, count++)
        chips[count] = (struct chip){ NULL, t->texts[i].text, t->texts[i].text, "", t->texts[i].used, count };
    qsort(chips, count, sizeof *chips, by_use);
    json_open(w, name, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(w, NULL, '{');
        json_put_text(w, "key", chips[i].key);
        json_put_text(w, "zh", chips[i].zh);
        json_put_text(w, "en", chips[i].en);
        json_put_text(w, "flags", chips[i].flags);
        json_put_int(w, "used", chips[i].used);
        if (!accepted && covers_works(chips[i].key)) put_warning(stage, w);
        json_close(w, '}');
    }
    json_close(w, ']');
    return w->buf->error;
}

int today_chips_put(struct db *db, const char *site, const char *stage, struct json_out *w, const char *name) {
    size_t n = 0;
    (void)domain_phrases(&n);
    struct tally t = { .phrases = calloc(n + 1, sizeof *t.phrases),
                       .texts = calloc(TEXTS_COUNTED_MAX, sizeof *t.texts) };
    int rc = t.phrases && t.texts ? count_logs(db, site, &t) : ERR_NOMEM;
    if (rc == 0) rc = is_accepted(db, site, stage);
    if (rc >= 0) rc = put(&t, rc == 1, stage, w, name);
    free(t.phrases);
    free(t.texts);
    return rc;
}

/* ---- waiting ---- */

/* The first that is a waiting of that stage and is not blocked. */
static const struct domain_phrase *waits(const struct item_list *l, const char *stage) {
    for (size_t i = 0; i < l->count; i++) {
        const struct domain_phrase *p = l->items[i].phrase[0] ? domain_phrase(l->items[i].phrase) : NULL;
        if (p && strchr(p->flags, 'W') && strcmp(p->stage, stage) == 0 && strcmp(l->items[i].state, "blocked") != 0)
            return p;
    }
    return NULL;
}

static int find_waiting(struct db *db, const char *site, const char *stage, const struct domain_phrase **out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct daylog log = { 0 };
    *out = NULL;
    int rc = db_prepare(db, "SELECT data FROM daylog WHERE site = ? ORDER BY date DESC, pos DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    rc = daylog_read(stmt_text(s, 0), strlen(stmt_text(s, 0)), DECODE_LENIENT, &log, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    *out = waits(&log.done, stage);
    if (!*out) *out = waits(&log.plan, stage);
    daylog_fini(&log);
    return 0;
}

int today_chips_put_waiting(struct db *db, const char *site, const char *stage, struct json_out *w) {
    const struct domain_phrase *phrase = NULL;
    int rc = find_waiting(db, site, stage, &phrase);
    if (!phrase) {
        json_put_null(w, "waiting");
        return rc;
    }
    json_open(w, "waiting", '{');
    json_put_text(w, "zh", phrase->zh);
    json_put_text(w, "en", phrase->en);
    json_close(w, '}');
    return 0;
}
