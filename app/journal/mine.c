/* SPDX-License-Identifier: MIT */
/* Puts a person's list together and in order. What is on it: mine_read.c and the other mine_*.c. */
#include "app/journal/mine_private.h"

#include "app/journal/callback.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
    [MINE_ACCEPTANCE] = "acceptance",
    [MINE_OVERDUE] = "overdue",
    [MINE_RECHECK] = "recheck",
    [MINE_HAZARD] = "hazard",
    [MINE_REPORT] = "report",
    [MINE_DAYLOG] = "daylog",
    [MINE_QUESTION] = "question",
    [MINE_ALERT] = "alert",
    [MINE_REJECTED] = "rejected",
    [MINE_SIGN] = "sign",
    [MINE_NEWS] = "news",
};

int mine_add(struct mine_list *list, enum mine_kind kind, struct mine_item **item) {
    if (list->count % 8 == 0) {
        struct mine_item *more = realloc(list->items, (list->count + 8) * sizeof *more);
        if (!more) return ERR_NOMEM;
        list->items = more;
    }
    *item = &list->items[list->count++];
    memset(*item, 0, sizeof **item);
    (*item)->kind = kind;
    (*item)->order = list->count;
    return 0;
}

bool mine_is(const struct mine_list *list, const char *role) { return strcmp(list->ask->role, role) == 0; }

/* By kind, and within one what was due first; what has no date comes last. */
static int by_kind(const void *a, const void *b) {
    const struct mine_item *left = a, *right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    if (left->due.ms != right->due.ms && (!left->due.ms || !right->due.ms)) return left->due.ms ? -1 : 1;
    if (left->due.ms != right->due.ms) return left->due.ms < right->due.ms ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static int gather(struct mine_list *list) {
    static int (*const kinds[])(
        struct mine_list * list) = { mine_acceptances, mine_hazards,    mine_rechecks,   mine_report, mine_daylogs,
                                     mine_questions,   mine_rejections, mine_signatures, mine_news,   mine_alerts };
    int rc = site_clocks_find(&list->clocks, list->db, list->site, &list->clock);
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(kinds); i++) rc = kinds[i](list);
    if (rc == 0 && list->count) qsort(list->items, list->count, sizeof *list->items, by_kind);
    return rc;
}

static void put_item(const struct mine_list *list, const struct mine_item *item, struct json_out *w) {
    char due[CLOCK_TEXT_SIZE];
    clock_format(item->due, tz_offset_s(list->clock->tz, item->due), due);
    json_open(w, NULL, '{');
    json_put_text(w, "kind", words[item->kind]);
    json_put_text(w, "subject", item->subject);
    json_open(w, "text", '{');
    json_put_text(w, "zh", item->zh);
    json_put_text(w, "en", item->en);
    json_close(w, '}');
    json_put_text(w, "due", item->due.ms ? due : NULL);
    if (item->at[0]) json_put_text(w, "at", item->at);
    if (item->action[0]) json_put_text(w, "action", item->action);
    json_close(w, '}');
}

static void put_site(const struct pressing *s, const struct mine_list *list, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "site", s->site);
    json_put_text(w, "name", s->name);
    json_put_bool(w, "red", pressing_red(s));
    today_stage_put(&s->stage, TODAY_STAGE_NAME, w);
    json_open(w, "press", '[');
    for (size_t i = 0; i < list->count; i++) put_item(list, &list->items[i], w);
    json_close(w, ']');
    json_close(w, '}');
}

static int is_mine(struct db *db, const struct mine_ask *ask, const char *site) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (ask->all) return 1;
    int rc = db_prepare(db, "SELECT 1 FROM person WHERE site = ? AND id = ? AND active", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, ask->user);
    return stmt_step(s);
}

/* Printed into w where there is something to do, into rest where there is not. */
static int one_site(struct db *db, const struct mine_ask *ask, const struct pressing *s, struct json_out *w,
                    struct json_out *rest) {
    struct mine_list list = { .db = db, .ask = ask, .site = s->site, .closed = s->closed };
    int rc = gather(&list);
    if (rc == 0) put_site(s, &list, list.count ? w : rest);
    site_clocks_fini(&list.clocks);
    free(list.items);
    return rc;
}

static int put_sites(struct db *db, const struct mine_ask *ask, const struct pressing *all, size_t n,
                     struct json_out *w) {
    CLEANUP(buf_fini) struct buf idle;
    struct json_out rest;
    buf_init(&idle, w->buf->max);
    json_start(&rest, &idle);
    json_open(&rest, NULL, '[');
    json_open(w, "sites", '[');
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = is_mine(db, ask, all[i].site);
        if (rc == 1) rc = one_site(db, ask, &all[i], w, &rest);
    }
    json_close(&rest, ']');
    if (rc >= 0) rc = idle.error;
    if (rc >= 0 && idle.len > 2) json_put_raw(w, NULL, idle.data + 1, idle.len - 2);
    json_close(w, ']');
    return rc < 0 ? rc : 0;
}

/* Who is to be called by today: head office's. */
static int put_callbacks(struct db *db, const struct mine_ask *ask, struct json_out *w) {
    CLEANUP(json_destroy_ptr) struct json *due = NULL;
    CLEANUP(buf_fini) struct buf text;
    buf_init(&text, w->buf->max);
    int rc = strcmp(ask->role, "office") == 0
                 ? callback_print_due(db, ask->scope.fallback_tz, ask->scope.now, false, &text)
                 : buf_add_text(&text, "{\"callbacks\":[]}");
    if (rc == 0) rc = json_parse(text.data, text.len, &due, NULL);
    if (rc == 0) json_put_node(w, "callbacks", json_member(due, "callbacks"));
    return rc;
}

int mine_print(struct db *db, const struct mine_ask *ask, struct buf *out) {
    CLEANUP(free_ptr) struct pressing *all = NULL;
    struct json_out w;
    size_t n = 0;
    int rc = pressing_read_all(db, &ask->scope, &all, &n);
    if (rc < 0) return rc;
    pressing_sort(all, n);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    rc = put_sites(db, ask, all, n, &w);
    if (rc == 0) rc = put_callbacks(db, ask, &w);
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}
