/* SPDX-License-Identifier: MIT */
/* From commits to live events. Reads a page of heads at a time; what a record says is fetched by the screen that wants it. */
#include "app/http/herald.h"

#include "app/http/status.h"
#include "app/journal/journal.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 500, RECORD_MAX = 2048 };

struct herald {
    struct app *app;
    herald_wrote_fn wrote;
    void *ctx;
    int64_t pos;         /* published up to here; reader's thread */
    struct buf marks;    /* what was said last */
    atomic_bool waiting; /* a look is queued and has not begun */
};

int herald_create(struct app *app, struct db *db, herald_wrote_fn wrote, void *ctx, struct herald **out) {
    struct herald *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    h->app = app;
    h->wrote = wrote;
    h->ctx = ctx;
    buf_init(&h->marks, STATUS_MAX);
    int rc = journal_last_pos(db, &h->pos);
    if (rc)
        herald_destroy(h);
    else
        *out = h;
    return rc;
}

void herald_destroy(struct herald *h) {
    if (!h) return;
    buf_fini(&h->marks);
    free(h);
}

/* {"pos","id","type","subject","site","lane"} of the row that s stands on. */
static int print_head(struct stmt *s, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_int(&w, "pos", stmt_int(s, 0));
    json_put_text(&w, "id", stmt_text(s, 1));
    json_put_text(&w, "type", stmt_text(s, 2));
    json_put_text(&w, "subject", stmt_text(s, 3));
    json_put_text(&w, "site", stmt_text(s, 4));
    json_put_text(&w, "lane", lane_name((enum lane)stmt_int(s, 5)));
    json_close(&w, '}');
    return out->error;
}

static int each_since(struct db *db, int64_t pos, size_t max, live_each_fn each, void *arg) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "SELECT e.pos, e.id, e.type, e.subject, e.site, c.lane FROM event e JOIN chain c ON c.id = e.chain "
                   "WHERE e.pos > ? AND e.type <> '' ORDER BY e.pos LIMIT ?",
                   &s);
    if (rc) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_int(s, 2, (int64_t)max);
    struct buf line;
    buf_init(&line, RECORD_MAX);
    while ((rc = stmt_step(s)) == 1) {
        buf_clear(&line);
        rc = print_head(s, &line);
        if (!rc) rc = each(arg, stmt_int(s, 0), stmt_text(s, 4), line.data);
        if (rc) break;
    }
    stmt_reset(s);
    buf_fini(&line);
    return rc;
}

int herald_since(void *ctx, struct db *db, int64_t pos, size_t max, live_each_fn each, void *arg) {
    int64_t last = 0;
    (void)ctx;
    int rc = journal_last_pos(db, &last);
    if (!rc && pos > last) rc = ERR_NOT_FOUND;
    return rc ? rc : each_since(db, pos, max, each, arg);
}

static int publish_record(void *arg, int64_t pos, const char *site, const char *data) {
    struct herald *h = arg;
    live_publish(h->app->live, "record", pos, site, data);
    h->pos = pos;
    return 0;
}

/* The counts, when they are others than last time. */
static int publish_marks(struct herald *h, struct db *db) {
    struct buf now;
    buf_init(&now, STATUS_MAX);
    int rc = h->app->board ? status_print_marks(h->app, db, &now) : 0;
    if (!rc && now.len && (now.len != h->marks.len || memcmp(now.data, h->marks.data, now.len) != 0)) {
        live_publish(h->app->live, "marks", 0, h->app->site, now.data);
        buf_clear(&h->marks);
        rc = buf_add(&h->marks, now.data, now.len);
    }
    buf_fini(&now);
    return rc;
}

/* Tells of the sites that this program itself wrote about after `pos`. */
static int tell_wrote(struct herald *h, struct db *db, int64_t pos) {
    struct stmt *s = NULL;
    if (!h->wrote) return 0;
    int rc = db_prepare(db, "SELECT DISTINCT site FROM event WHERE pos > ? AND taken = 0", &s);
    if (rc) return rc;
    stmt_bind_int(s, 1, pos);
    while ((rc = stmt_step(s)) == 1) h->wrote(h->ctx, stmt_text(s, 0));
    stmt_reset(s);
    return rc;
}

static int look(struct db *db, void *arg) {
    struct herald *h = arg;
    atomic_store(&h->waiting, false); /* what is committed from here on needs another look */
    int rc = tell_wrote(h, db, h->pos);
    if (rc) return rc;
    for (;;) {
        int64_t before = h->pos;
        rc = each_since(db, h->pos, PAGE, publish_record, h);
        if (rc) return rc;
        if (h->pos < before + PAGE) break;
    }
    return publish_marks(h, db);
}

static void looked(void *arg, int result) {
    (void)arg;
    if (result && result != ERR_GONE)
        log_warn("live events: the journal cannot be read: %s; open pages show what is new when they are loaded again; "
                 "sitelogctl doctor checks disk and database",
                 err_name(result));
}

void herald_wake(struct herald *h) {
    if (atomic_exchange(&h->waiting, true)) return;
    struct store_job job = { .run = look, .done = looked, .arg = h };
    if (store_submit(h->app->reader, &job)) atomic_store(&h->waiting, false); /* the next commit tries again */
}
