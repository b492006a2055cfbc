/* SPDX-License-Identifier: MIT */
/* What a hazard's events say, and in which order they can. Who may do what is the routes' and hazard_post.c's business. */
#include "app/journal/hazard_private.h"

#include "firmware/base/cleanup.h"

#define N_MAX 100000

const char *const hazard_severity_words[] = { "stop_work", "serious", "notice", NULL };

const struct shape hazard_shape[] = {
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "phrase", .kind = SHAPE_KEY, .max = 80 },
    { .name = "n", .kind = SHAPE_INT, .max = N_MAX },
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_FILLED, .max = HAZARD_TEXT_MAX },
    { .name = "text_en", .kind = SHAPE_TEXT, .flags = SHAPE_MADE, .max = HAZARD_TEXT_MAX },
    { .name = "note", .kind = SHAPE_TEXT, .max = HAZARD_NOTE_MAX },
    { .name = "severity", .kind = SHAPE_WORD, .flags = SHAPE_FILLED, .words = hazard_severity_words },
    { .name = "due", .kind = SHAPE_WHEN, .flags = SHAPE_FILLED },
    { .name = "due_at", .kind = SHAPE_TIME, .flags = SHAPE_MADE },
    { .name = "warn_at", .kind = SHAPE_TIME, .flags = SHAPE_MADE },
    { .name = "photos", .kind = SHAPE_PHOTOS, .max = HAZARD_PHOTOS_MAX },
    { .name = NULL },
};

const struct shape hazard_step_shape[] = {
    { .name = "assignee", .kind = SHAPE_USER },
    { .name = "note", .kind = SHAPE_TEXT, .max = HAZARD_NOTE_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS, .max = HAZARD_PHOTOS_MAX },
    { .name = NULL },
};

static const char *const states[] = { "unknown", "raised", "assigned", "rectified", "verified", NULL };
static const struct life_step steps[] = {
    { "hazard-raised", NULL, LIFE_FROM(HAZARD_UNKNOWN), HAZARD_RAISED },
    { "hazard-rectified", "rectify", LIFE_FROM(HAZARD_ASSIGNED), HAZARD_RECTIFIED },
    { "hazard-verified", "verify", LIFE_FROM(HAZARD_RECTIFIED), HAZARD_VERIFIED },
    { "hazard-rejected", "reject", LIFE_FROM(HAZARD_RECTIFIED), HAZARD_ASSIGNED },
    { "hazard-assigned", "assign", LIFE_FROM(HAZARD_RAISED) | LIFE_FROM(HAZARD_ASSIGNED), HAZARD_ASSIGNED },
    { NULL, NULL, 0, 0 },
};
const struct life hazard_life = { states, steps };

int hazard_check_raised(const struct json *data, struct err_text *e) { return shape_check(data, hazard_shape, e); }

int hazard_check_step(const struct json *data, struct err_text *e) { return shape_check(data, hazard_step_shape, e); }

int hazard_check_assigned(const struct json *data, struct err_text *e) {
    int rc = shape_check(data, hazard_step_shape, e);
    if (rc == 0 && !json_text(json_member(data, "assignee")))
        rc = err_field(e, ERR_INVALID, "assignee", "assignee is missing: who shall put it right");
    return rc;
}

int hazard_open(struct db *db, const char *site, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = site ? db_prepare(db, "SELECT count(*) FROM hazard WHERE site = ? AND state <> 'verified'", &s)
                  : db_prepare(db, "SELECT count(*) FROM hazard WHERE state <> 'verified'", &s);
    if (rc < 0) return rc;
    if (site) stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    return rc < 0 ? rc : 0;
}

#define ITS_PHOTOS "(SELECT value FROM json_each(h.photos) UNION SELECT value FROM json_each(h.after_photos))"

int hazard_photos(struct db *db, const char *site, const char *id, int (*each)(struct db *db, const char *sha256),
                  struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT p.sha256 FROM hazard h JOIN photo p ON p.site = h.site AND p.id IN " ITS_PHOTOS
                        " WHERE h.site = ? AND h.id = ? AND p.sha256 <> ''",
                        &s);
    if (rc == 0) stmt_bind_text(s, 1, site);
    if (rc == 0) stmt_bind_text(s, 2, id);
    while (rc == 0 && (rc = stmt_step(s)) == 1) rc = each(db, stmt_text(s, 0));
    return rc < 0 ? err_set(e, rc, "the hazard's photos cannot be put first: %s", db_message(db)) : 0;
}

int hazard_names(struct db *db, const char *site, const char *photo, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT 1 FROM hazard h WHERE h.site = ? AND h.state <> 'verified' AND ? IN " ITS_PHOTOS " LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, photo);
    rc = stmt_step(s);
    if (rc >= 0) *out = rc == 1;
    return rc < 0 ? rc : 0;
}
