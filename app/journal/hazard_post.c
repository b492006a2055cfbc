/* SPDX-License-Identifier: MIT */
/* What people (and inspections) do with hazards. Which role may ask at all is the routes' business; here is what a step needs besides. */
#include "app/journal/hazard_private.h"

#include "app/journal/draft.h"
#include "app/journal/hazard_phrase.h"
#include "app/journal/journal_private.h"
#include "app/journal/named.h"
#include "app/journal/person.h"
#include "app/journal/post.h"
#include "app/journal/privacy.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* What judging needs to know of who asks, and for what. */
struct ask {
    const struct hazard_by *by;
    const char *verb; /* NULL: a new one */
};

static const char *text_of(const struct json *o, const char *name) { return json_text(json_member(o, name)); }

static int answer_with(struct db *db, const char *site, const char *id, struct buf *answer, struct err_text *e) {
    int rc = hazard_print(db, site, id, clock_wall(), true, answer);
    return rc < 0 && rc != ERR_NOT_FOUND ? err_set(e, rc, "what is stored cannot be read: %s", err_name(rc)) : 0;
}

/* ---- a new one ---- */

/* The text that a phrase makes in one language. room: a key, or somebody's own words. */
static int put_text(const struct hazard_phrase *p, bool zh, const char *room, const struct json *data,
                    struct json_out *made, struct err_text *e) {
    struct buf text;
    int64_t n = 0;
    bool has_n = json_int(json_member(data, "n"), &n) && p->has_n;
    buf_init(&text, HAZARD_TEXT_MAX);
    int rc = hazard_phrase_text(p, zh, p->has_room ? room : NULL, has_n, n, &text, e);
    if (rc == 0) json_put_text(made, zh ? "text" : "text_en", text.data);
    buf_fini(&text);
    return rc;
}

static int put_phrase(const struct hazard_phrase *p, const struct json *data, struct json_out *made,
                      struct err_text *e) {
    const char *room = text_of(data, "room");
    struct buf masked;
    buf_init(&masked, 1024);
    int rc = room ? privacy_mask_text(room, &masked) : 0;
    if (rc < 0) rc = err_set(e, rc, "the room cannot be read: %s", err_name(rc));
    if (rc == 0) rc = put_text(p, true, room ? masked.data : NULL, data, made, e);
    if (rc == 0) rc = put_text(p, false, room ? masked.data : NULL, data, made, e);
    buf_fini(&masked);
    return rc;
}

/* *severity: what was said, or the phrase's. */
static int put_words(const struct json *data, struct json_out *made, const char **severity, struct err_text *e) {
    const char *key = text_of(data, "phrase"), *text = text_of(data, "text");
    const struct hazard_phrase *phrase = key ? hazard_phrase_find(key) : NULL;
    *severity = text_of(data, "severity");
    if (!key && !text) return err_field(e, ERR_INVALID, "text", "say what is wrong: text, or a phrase");
    if (key && text)
        return err_field(e, ERR_INVALID, "text", "the phrase makes the text; what else there is to say is a note");
    if (!key) return *severity ? 0 : err_field(e, ERR_INVALID, "severity", "severity is missing");
    if (!phrase) return err_field(e, ERR_INVALID, "phrase", "there is no phrase %s for hazards", key);
    int rc = put_phrase(phrase, data, made, e);
    if (rc < 0 || *severity) return rc;
    *severity = phrase->severity->key;
    json_put_text(made, "severity", *severity);
    return 0;
}

static int put_due(struct journal *j, struct db *db, const char *site, const struct json *data, const char *severity,
                   struct json_out *made, struct err_text *e) {
    char zone[PLAN_TZ_SIZE], text[CLOCK_TEXT_SIZE];
    struct hazard_due due;
    int rc = plan_timezone(db, site, journal_timezone(j), zone);
    if (rc < 0) return err_set(e, rc, "the site's time zone cannot be read: %s", err_name(rc));
    const struct tz *tz = journal_zone_find(j, zone);
    rc = hazard_due(tz, clock_wall(), severity, text_of(data, "due"), &due, e);
    if (rc < 0) return rc;
    if (!text_of(data, "due")) json_put_text(made, "due", due.text);
    clock_format(due.due, tz_offset_s(tz, due.due), text);
    json_put_text(made, "due_at", text);
    if (!due.warn.ms) return 0;
    clock_format(due.warn, tz_offset_s(tz, due.warn), text);
    json_put_text(made, "warn_at", text);
    return 0;
}

static int judge_raised(struct post *p, struct journal *j, struct db *db, const struct json *data,
                        struct json_out *made, struct err_text *e) {
    const char *severity = NULL;
    int rc = named_stage(j, db, p->site, row_text(data, "stage"), e);
    if (rc == 0) rc = put_words(data, made, &severity, e);
    return rc < 0 ? rc : put_due(j, db, p->site, data, severity, made, e);
}

/* The site's only active person of a role; "" where there is none, or several. */
static int only_one(struct db *db, const char *site, const char *role, char out[NAME_SIZE], int *count) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT min(id), count(*) FROM person WHERE site = ? AND role = ? AND active = 1 HAVING count(*) > 0", &s);
    out[0] = '\0';
    *count = 0;
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, role);
    rc = stmt_step(s);
    if (rc == 1) *count = (int)stmt_int(s, 1);
    if (*count == 1) (void)snprintf(out, NAME_SIZE, "%s", stmt_text(s, 0));
    return rc < 0 ? rc : 0;
}

/* One possible assignee is assigned at once: the only manager, or, without managers, the only one of the crew. */
static int assign_only(struct journal *j, struct db *db, const char *site, const char *id, struct err_text *e) {
    char user[NAME_SIZE], data[NAME_SIZE + 32];
    int count;
    int rc = only_one(db, site, "manager", user, &count);
    if (rc == 0 && count == 0) rc = only_one(db, site, "crew", user, &count);
    if (rc < 0) return err_set(e, rc, "the list of people cannot be read: %s", db_message(db));
    if (count != 1) return 0;
    (void)snprintf(data, sizeof data, "{\"assignee\":\"%s\"}", user); /* a key: nothing to escape */
    struct event_draft draft = { .site = site,
                                 .type = "hazard-assigned",
                                 .subject_id = id,
                                 .actor = "rule/only-assignee",
                                 .inreplyto = id,
                                 .data = data };
    return journal_append(j, db, &draft, NULL, e);
}

static int submit(struct journal *j, struct db *db, const struct hazard_by *by, const char *body, size_t n,
                  struct appended *out, struct post *p, struct err_text *e) {
    struct buf none;
    *p = (struct post){
        .site = by->site, .actor = by->actor, .type = "hazard-raised", .shape = hazard_shape, .judge = judge_raised
    };
    buf_init(&none, 16);
    int rc = post_event(j, db, p, body, n, out, &none, e);
    buf_fini(&none);
    if (rc < 0) return rc;
    rc = draft_delete(db, by->site, "hazard", p->id);
    return rc < 0 ? err_set(e, rc, "the draft cannot be dropped: %s", db_message(db))
                  : assign_only(j, db, by->site, p->id, e);
}

int hazard_submit(struct journal *j, struct db *db, const struct hazard_by *by, const char *body, size_t n,
                  struct appended *out, struct buf *answer, struct err_text *e) {
    struct post p;
    int rc = submit(j, db, by, body, n, out, &p, e);
    if (rc < 0 && rc != ERR_EXISTS && rc != ERR_CONFLICT) return rc;
    int printed = answer_with(db, by->site, p.id, answer, e);
    return printed < 0 ? printed : rc;
}

static void put_new(const struct hazard_new *h, const char *id, struct json_out *w) {
    const struct {
        const char *name, *text;
    } texts[] = {
        { "id", id },        { "stage", h->stage }, { "room", h->room },         { "phrase", h->phrase },
        { "text", h->text }, { "note", h->note },   { "severity", h->severity }, { "due", h->due },
    };
    json_open(w, NULL, '{');
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].text) json_put_text(w, texts[i].name, texts[i].text);
    if (h->n >= 0) json_put_int(w, "n", h->n);
    json_open(w, "photos", '[');
    for (size_t i = 0; i < h->photo_count; i++) json_put_text(w, NULL, h->photos[i]);
    json_close(w, ']');
    json_close(w, '}');
}

int hazard_raise(struct journal *j, struct db *db, const struct hazard_by *by, const struct hazard_new *h,
                 struct appended *out, struct err_text *e) {
    char id[ID_SIZE];
    struct json_out w;
    struct post p;
    struct buf body;
    ids_make(clock_wall(), id);
    buf_init(&body, ENVELOPE_MAX);
    json_start(&w, &body);
    put_new(h, h->id ? h->id : id, &w);
    int rc = body.error ? err_set(e, body.error, "the hazard cannot be written: %s", err_name(body.error))
                        : submit(j, db, by, body.data, body.len, out, &p, e);
    buf_fini(&body);
    return rc;
}

/* ---- steps ---- */

static int check_assignee(struct db *db, const char *site, const char *verb, const char *user, struct err_text *e) {
    struct person person;
    bool assign = strcmp(verb, "assign") == 0;
    if (!user && assign) return err_field(e, ERR_INVALID, "assignee", "assignee is missing: who shall put it right");
    if (!user) return 0;
    if (!assign && strcmp(verb, "reject") != 0)
        return err_field(e, ERR_INVALID, "assignee", "assignee goes with assign and reject only");
    int rc = person_find(db, site, user, &person);
    if (rc < 0 && rc != ERR_NOT_FOUND) return err_set(e, rc, "the list of people cannot be read: %s", db_message(db));
    bool fits = rc == 0 && person.active &&
                (strcmp(person.role, "manager") == 0 || strcmp(person.role, "crew") == 0 ||
                 strcmp(person.role, "supervisor") == 0);
    return fits ? 0 : err_field(e, ERR_INVALID, "assignee", "%s is no manager, supervisor or crew of this site", user);
}

/* Does the list of photos show something that none of these (JSON arrays) does? */
static bool shows_more(const struct json *photos, const char *these, const char *those) {
    for (size_t i = 0; i < json_count(photos); i++) {
        const char *id = json_text(json_at(photos, i));
        if (id && !strstr(these, id) && !strstr(those, id)) return true;
    }
    return false;
}

static int check_rectify(const struct hazard_row *row, const struct json *photos, struct err_text *e) {
    if (json_count(photos) == 0)
        return err_field(e, ERR_UNSUPPORTED, "photos", "a rectification needs a photo of how it is now");
    if (!shows_more(photos, row->photos, "[]"))
        return err_field(e, ERR_UNSUPPORTED, "photos",
                         "the photo of before does not show how it is now: take a new one");
    return 0;
}

/* 1: the record of a photo of the rectification is here. */
static int after_is_here(struct db *db, const char *site, const char *id) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT 1 FROM hazard h, json_each(h.after_photos) a JOIN photo p ON p.site = h.site AND p.id ="
                        " a.value AND p.sha256 <> '' AND p.withdrawn = 0 WHERE h.site = ? AND h.id = ? LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_step(s);
}

/* From afar: small things by the photo of the rectification, serious ones by a photo of the re-check, what stopped the work not at all. Head office
 * may say why it does so nevertheless. */
static int check_afar(struct db *db, const struct post *p, const struct hazard_row *row, const struct json *data,
                      struct err_text *e) {
    const struct ask *ask = p->ctx;
    bool own = shows_more(json_member(data, "photos"), row->photos, row->after);
    if (ask->by->office && text_of(data, "note")) return 0;
    if (strcmp(row->severity, "stop_work") == 0)
        return err_field(e, ERR_UNSUPPORTED, "note",
                         "what stopped the work has to be looked at on site, at its board; head office may say in a "
                         "note why not");
    if (own) return 0;
    if (strcmp(row->severity, "serious") == 0)
        return err_field(e, ERR_UNSUPPORTED, "photos",
                         "it is serious: verify it on site, or with a photo of the re-check; head office may say in "
                         "a note why not");
    int rc = after_is_here(db, p->site, p->subject_id);
    if (rc < 0) return err_set(e, rc, "the photos cannot be read: %s", db_message(db));
    if (rc == 1) return 0;
    return err_field(e, ERR_UNSUPPORTED, "photos",
                     "the photo of the rectification has not arrived here yet: wait for it, or add one of your own");
}

static int check_verify(struct journal *j, struct db *db, const struct post *p, const struct hazard_row *row,
                        const struct json *data, struct err_text *e) {
    if (strcmp(row->rectified_by, p->actor) == 0)
        return err_set(e, ERR_DENIED, "you rectified it yourself: somebody else has to look at it");
    return journal_site(j) ? 0 : check_afar(db, p, row, data, e);
}

static int judge_step(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                      struct err_text *e) {
    const struct ask *ask = p->ctx;
    struct hazard_row row;
    (void)made;
    int rc = hazard_row_read(db, p->site, p->subject_id, &row);
    if (rc == ERR_NOT_FOUND) return err_set(e, rc, "there is no such hazard here");
    if (rc < 0) return err_set(e, rc, "the hazard cannot be read: %s", db_message(db));
    if (!life_step(&hazard_life, (int)row.state, p->type)) {
        life_allowed(&hazard_life, (int)row.state, p->allowed);
        return life_refuse(&hazard_life, (int)row.state, "this hazard", ask->verb, e);
    }
    rc = check_assignee(db, p->site, ask->verb, text_of(data, "assignee"), e);
    if (rc == 0 && strcmp(ask->verb, "rectify") == 0) rc = check_rectify(&row, json_member(data, "photos"), e);
    if (rc == 0 && strcmp(ask->verb, "verify") == 0) rc = check_verify(j, db, p, &row, data, e);
    return rc;
}

static const char *type_of(const char *verb) {
    for (const struct life_step *s = hazard_life.steps; s->event; s++)
        if (s->verb && strcmp(s->verb, verb) == 0) return s->event;
    return NULL;
}

int hazard_step(struct journal *j, struct db *db, const struct hazard_by *by, const char *id, const char *verb,
                const char *body, size_t n, struct appended *out, struct buf *answer, char allowed[LIFE_ALLOWED_SIZE],
                struct err_text *e) {
    struct ask ask = { .by = by, .verb = verb };
    struct post p = { .site = by->site,
                      .actor = by->actor,
                      .type = type_of(verb),
                      .subject_id = id,
                      .shape = hazard_step_shape,
                      .judge = judge_step,
                      .ctx = &ask };
    struct buf none;
    allowed[0] = '\0';
    if (!p.type) return err_set(e, ERR_NOT_FOUND, "there is no step %s", verb);
    buf_init(&none, 16);
    int rc = post_event(j, db, &p, body, n, out, &none, e);
    buf_fini(&none);
    memcpy(allowed, p.allowed, LIFE_ALLOWED_SIZE);
    if (rc < 0 && rc != ERR_EXISTS && rc != ERR_CONFLICT) return rc;
    int printed = answer_with(db, by->site, id, answer, e);
    return printed < 0 ? printed : rc;
}
