/* SPDX-License-Identifier: MIT */
/* Raising and clearing alerts, and head office having seen one. */
#include "app/journal/alert_private.h"

#include "app/journal/journal_private.h"
#include "app/journal/privacy.h"
#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static int append(struct journal *j, struct db *db, const char *site, const char *id, const char *type,
                  const struct buf *data, const char *rule, struct err_text *e) {
    char actor[ALERT_RULE_SIZE + 8];
    (void)snprintf(actor, sizeof actor, "rule/%s", rule);
    struct event_draft draft = { .site = site, .type = type, .subject_id = id, .actor = actor, .data = data->data };
    if (data->error) return err_set(e, data->error, "the alert cannot be written: %s", err_name(data->error));
    return journal_append(j, db, &draft, NULL, e);
}

int alert_may_raise(struct db *db, const char *site, const char *id, const char *writer) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT cleared_ms, cleared_by FROM alert WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : 1;
    return stmt_int(s, 0) && strcmp(stmt_text(s, 1), writer) == 0;
}

int alert_raise(struct journal *j, struct db *db, const char *site, const struct alert *a, struct err_text *e) {
    char zone[PLAN_TZ_SIZE], id[ID_SIZE], due[CLOCK_TEXT_SIZE], raised[CLOCK_TEXT_SIZE];
    struct json_out w;
    struct buf data;
    if (!site) site = journal_site(j);
    alert_id(site, a, id);
    int rc = alert_may_raise(db, site, id, journal_writer(j));
    if (rc == 0) return ERR_EXISTS;
    if (rc == 1) rc = plan_timezone(db, site, journal_timezone(j), zone);
    if (rc < 0) return err_set(e, rc, "the alert cannot be written: %s", err_name(rc));
    const struct tz *tz = journal_zone_find(j, zone);
    struct wall now = clock_wall(), whole = { a->due.ms / 1000 * 1000 };
    clock_format(whole, tz_offset_s(tz, whole), due);
    clock_format(now, tz_offset_s(tz, now), raised);
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    alert_put(&w, a->rule, a->level, a->subject, due, raised, a->zh, a->en);
    json_put_text(&w, "state", "standing");
    json_close(&w, '}');
    rc = append(j, db, site, id, "alert-raised", &data, a->rule, e);
    buf_fini(&data);
    return rc;
}

int alert_clear(struct journal *j, struct db *db, const char *site, const char *id, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char rule[ALERT_RULE_SIZE];
    struct json_out w;
    struct buf data;
    int rc = db_prepare(db, "SELECT " ALERT_COLUMNS ", cleared_ms FROM alert WHERE site = ? AND id = ?", &s);
    if (rc == 0) stmt_bind_text(s, 1, site);
    if (rc == 0) stmt_bind_text(s, 2, id);
    if (rc == 0) rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? err_set(e, rc, "the alerts cannot be read") : ERR_NOT_FOUND;
    if (stmt_int(s, 7)) return ERR_EXISTS;
    text_clip(rule, sizeof rule, stmt_text(s, 0));
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    alert_put_columns(s, 0, &w);
    json_put_text(&w, "state", "cleared");
    json_close(&w, '}');
    stmt_reset(s);
    rc = append(j, db, site, id, "alert-cleared", &data, rule, e);
    buf_fini(&data);
    return rc;
}

/* ---- seen ---- */

struct seen {
    char id[ID_SIZE]; /* "": one is made */
    char note[ALERT_NOTE_MAX + 1];
};

static int decode_seen(const struct json *root, struct seen *out, struct err_text *e) {
    static const char *const members[] = { "id", "note", NULL };
    const char *note = NULL;
    if (!json_is_object(root)) return err_set(e, ERR_INVALID, "the body has to be a JSON object with id and note");
    int rc = json_only(root, "", members, e);
    if (rc == 0) rc = item_get_id(root, "", "id", JSON_OPTIONAL, out->id, e);
    if (rc == 0) rc = json_get_text(root, "", "note", JSON_OPTIONAL, ALERT_NOTE_MAX, &note, e);
    if (rc < 0 || !note) return rc;
    struct buf masked;
    buf_init(&masked, ENVELOPE_MAX);
    rc = privacy_mask_text(note, &masked);
    if (rc == 0) text_clip(out->note, sizeof out->note, masked.data ? masked.data : "");
    buf_fini(&masked);
    return rc;
}

static int read_seen(const char *body, size_t n, struct seen *out, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    *out = (struct seen){ 0 };
    int rc = json_parse(body, n, &root, e);
    if (rc == 0) rc = json_plain(root, e);
    return rc == 0 ? decode_seen(root, out, e) : rc;
}

/* 0: the id is new. *other: it is taken by another word about the same alert. */
static int check_repeat(struct db *db, const char *subject, const struct seen *seen, bool *other, struct err_text *e) {
    struct envelope event = { 0 };
    struct appended first;
    int rc = seen->id[0] ? repeat_find(db, seen->id, &event, &first) : ERR_NOT_FOUND;
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    const char *note = json_text(json_member(event.data, "note"));
    bool ours = strcmp(event.type, "alert-seen") == 0 && strcmp(event.subject, subject) == 0;
    bool same = ours && strcmp(note ? note : "", seen->note) == 0;
    envelope_fini(&event);
    *other = ours && !same;
    return same ? ERR_EXISTS : err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; use a new one");
}

static int append_seen(struct journal *j, struct db *db, const char *site, const char *alert, const char *actor,
                       const struct seen *seen, struct err_text *e) {
    struct json_out w;
    struct buf data;
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    if (seen->note[0]) json_put_text(&w, "note", seen->note);
    json_close(&w, '}');
    struct event_draft draft = { .id = seen->id[0] ? seen->id : NULL,
                                 .site = site,
                                 .type = "alert-seen",
                                 .subject_id = alert,
                                 .actor = actor,
                                 .data = data.data };
    int rc = data.error ? err_set(e, data.error, "it cannot be written: %s", err_name(data.error))
                        : journal_append(j, db, &draft, NULL, e);
    buf_fini(&data);
    return rc;
}

int alert_see(struct journal *j, struct db *db, const char *alert, const char *actor, const char *body, size_t n,
              struct buf *answer, struct err_text *e) {
    struct seen seen;
    char site[NAME_SIZE], subject[ENVELOPE_SUBJECT_SIZE];
    int rc = read_seen(body, n, &seen, e);
    if (rc < 0) return rc;
    rc = alert_site(db, alert, site);
    if (rc < 0) return err_set(e, rc, rc == ERR_NOT_FOUND ? "there is no such alert" : "the alerts cannot be read");
    (void)snprintf(subject, sizeof subject, "alert/%s", alert);
    bool other = false;
    int repeat = check_repeat(db, subject, &seen, &other, e);
    if (repeat < 0 && repeat != ERR_EXISTS && !other) return repeat;
    if (repeat == 0) rc = append_seen(j, db, site, alert, actor, &seen, e);
    if (rc == 0) rc = alert_print_one(db, site, alert, true, answer);
    return rc < 0 ? rc : repeat;
}
