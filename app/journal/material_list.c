/* SPDX-License-Identifier: MIT */
/* Materials for readers, and those whose dates are watched. */
#include "app/journal/material.h"

#include "app/journal/lead.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/row.h"
#include "app/journal/site_clocks.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* In the order of MATERIALS. */
enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_NAME,
    COL_KIND,
    COL_STATE,
    COL_QUANTITY,
    COL_UNIT,
    COL_ARRIVED,
    COL_RETURNED,
    COL_DAMAGED,
    COL_DELIVERIES,
    COL_EXPECTED,
    COL_NEEDED,
    COL_MEASURED,
    COL_STAGE,
    COL_SUPPLIER,
    COL_NOTE,
    COL_ALTERNATIVE,
    COL_ANSWERED,
    COL_ANSWERED_BY,
    COL_PHOTOS,
    COL_CODES,
    COL_BRAND,
    COL_BATCH,
    COL_REPORT,
    COL_GRADE,
    COL_SCAN_PHOTO,
    COL_AT,
    COL_ACTOR,
};
/* Where nobody said when it is needed, it is when its stage is planned to begin. */
#define NEEDED                                                                                                         \
    "CASE WHEN needed = '' THEN coalesce((SELECT planned_start FROM plan_stage p WHERE p.site = material.site"         \
    " AND p.key = material.stage), '') ELSE needed END AS needed_by"
/* The state is that of what has come; whether what has not is late, the site's clocks say (state_of). */
#define MATERIALS                                                                                                      \
    "SELECT pos, id, site, name, kind, CASE WHEN complete THEN 'arrived' WHEN arrived > returned THEN 'partly'"        \
    " ELSE 'expected' END, quantity, unit,"                                                                            \
    " arrived, returned, damaged, deliveries, expected, " NEEDED ", measured, stage, supplier, note, alternative,"     \
    " answered, answered_by, photos, codes, brand, batch, report, grade, scan_photo, at, actor FROM material"          \
    " WHERE name <> ''"

void material_measure_due(const char *kind, const char *needed, char out[TZ_DATE_SIZE]) {
    const struct lead *lead = lead_find(kind);
    struct civil civil;
    out[0] = '\0';
    if (lead && tz_date_parse(needed, &civil) == 0) lead_order_by(lead, needed, out);
}

static void put_quantity(struct stmt *s, enum column column, struct json_out *w, const char *name) {
    char text[40];
    (void)snprintf(text, sizeof text, "%.15g", (double)stmt_int(s, (int)column) / 1000);
    json_put_raw(w, name, text, strlen(text));
}

/* That date is over, later by as long as the clocks stood still at its end: from then on the rules count, too. */
static bool is_past(const struct site_clock *clock, const char *date, struct wall now) {
    struct civil civil;
    return tz_date_parse(date, &civil) == 0 && standstill_day_end(&clock->runs, date).ms <= now.ms;
}

static const char *state_of(struct stmt *s, const struct site_clock *clock, struct wall now) {
    const char *state = stmt_text(s, COL_STATE);
    return strcmp(state, "arrived") != 0 && is_past(clock, stmt_text(s, COL_EXPECTED), now) ? "late" : state;
}

static void put_measuring(struct stmt *s, const struct site_clock *clock, struct wall now, struct json_out *w) {
    char due[TZ_DATE_SIZE], measured[TZ_DATE_SIZE];
    material_measure_due(stmt_text(s, COL_KIND), stmt_text(s, COL_NEEDED), due);
    text_clip(measured, sizeof measured, stmt_text(s, COL_MEASURED));
    row_put(w, "measure_due", due);
    row_put(w, "measured", measured);
    json_put_bool(w, "measure_late", !measured[0] && is_past(clock, due, now));
}

static int put_alternative(struct db *db, struct stmt *s, struct person_names *names, struct json_out *w) {
    if (!stmt_text(s, COL_ALTERNATIVE)[0]) {
        json_put_null(w, "alternative");
        return 0;
    }
    json_open(w, "alternative", '{');
    json_put_text(w, "text", stmt_text(s, COL_ALTERNATIVE));
    json_put_text(w, "at", stmt_text(s, COL_ANSWERED));
    int rc = person_names_put(names, db, stmt_text(s, COL_SITE), stmt_text(s, COL_ANSWERED_BY), w, "actor");
    json_close(w, '}');
    return rc;
}

static void put_scan(struct stmt *s, struct json_out *w) {
    bool any = false;
    for (int column = COL_CODES; column <= COL_SCAN_PHOTO; column++) any = any || stmt_text(s, column)[0];
    if (!any) {
        json_put_null(w, "scan");
        return;
    }
    const char *codes = stmt_text(s, COL_CODES);
    json_open(w, "scan", '{');
    row_put_json(w, "codes", codes[0] ? codes : "[]");
    row_put(w, "brand", stmt_text(s, COL_BRAND));
    row_put(w, "batch", stmt_text(s, COL_BATCH));
    row_put(w, "report", stmt_text(s, COL_REPORT));
    row_put(w, "grade", stmt_text(s, COL_GRADE));
    row_put(w, "photo", stmt_text(s, COL_SCAN_PHOTO));
    json_close(w, '}');
}

struct shown {
    struct wall now;
    struct person_names names;
    const char *state; /* only those, or NULL */
    struct site_clocks clocks;
};

static int put_material(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    struct shown *v = ctx;
    const struct site_clock *clock;
    int rc = site_clocks_find(&v->clocks, db, stmt_text(s, COL_SITE), &clock);
    if (rc < 0) return rc;
    const char *state = state_of(s, clock, v->now);
    if (v->state && strcmp(v->state, state) != 0) return LISTING_SKIP;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "name", stmt_text(s, COL_NAME));
    row_put(w, "kind", stmt_text(s, COL_KIND));
    json_put_text(w, "state", state);
    if (stmt_int(s, COL_QUANTITY) > 0)
        put_quantity(s, COL_QUANTITY, w, "quantity");
    else
        json_put_null(w, "quantity");
    row_put(w, "unit", stmt_text(s, COL_UNIT));
    put_quantity(s, COL_ARRIVED, w, "arrived");
    put_quantity(s, COL_RETURNED, w, "returned");
    put_quantity(s, COL_DAMAGED, w, "damaged");
    json_put_int(w, "deliveries", stmt_int(s, COL_DELIVERIES));
    row_put(w, "expected", stmt_text(s, COL_EXPECTED));
    row_put(w, "needed", stmt_text(s, COL_NEEDED));
    put_measuring(s, clock, v->now, w);
    row_put(w, "stage", stmt_text(s, COL_STAGE));
    row_put(w, "supplier", stmt_text(s, COL_SUPPLIER));
    row_put(w, "note", stmt_text(s, COL_NOTE));
    rc = put_alternative(db, s, &v->names, w);
    put_scan(s, w);
    row_put_json(w, "photos", stmt_text(s, COL_PHOTOS));
    json_put_text(w, "at", stmt_text(s, COL_AT));
    if (rc == 0) rc = person_names_put(&v->names, db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), w, "actor");
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int material_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct shown v = { .now = clock_wall(), .names.shown = names };
    struct json_out w;
    int rc = db_prepare(db, MATERIALS " AND site = ?1 AND id = ?2", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    rc = put_material(db, s, &w, &v);
    site_clocks_fini(&v.clocks);
    return rc;
}

#define PAGE(which)                                                                                                    \
    MATERIALS " AND" which " (?2 < 0 OR complete = ?2) AND pos < ?3 AND (?5 IS NULL OR (expected <> '' AND expected"   \
              " <= ?5)) ORDER BY pos DESC LIMIT ?4"
#define OPEN " complete = 0 AND"

/* By whether a site is asked for, and whether only what is not all there: each has its index in the order of the list. */
static const char *const pages[2][2] = { { PAGE(" ?1 IS NULL AND"), PAGE(" ?1 IS NULL AND" OPEN) },
                                         { PAGE(" site = ?1 AND"), PAGE(" site = ?1 AND" OPEN) } };

int material_list(struct db *db, const struct material_query *q, struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct shown v = { .now = q->now, .names.shown = q->names, .state = q->state };
    int complete = !q->state ? -1 : strcmp(q->state, "arrived") == 0;
    int64_t from;
    int rc = listing_before(q->before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, pages[q->site != NULL][q->state && strcmp(q->state, "arrived") != 0], &s);
    if (rc < 0) return err_set(e, rc, "the materials cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_int(s, 2, complete);
    stmt_bind_int(s, 3, from);
    stmt_bind_int(s, 4, q->state ? -1 : q->limit + 1);
    stmt_bind_text(s, 5, q->expected_by);
    rc = listing_print(db, s, "materials", q->limit, put_material, &v, out, e);
    site_clocks_fini(&v.clocks);
    return rc;
}

int material_each_open(struct db *db, const char *site, material_due_fn each, void *ctx) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id, name, kind, expected, " NEEDED ", complete, measured, alternative FROM material"
                        " WHERE site = ? AND name <> '' AND (complete = 0 OR measured_ms = 0) ORDER BY pos",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        char due[TZ_DATE_SIZE];
        material_measure_due(stmt_text(s, 2), stmt_text(s, 4), due);
        struct material_due m = { .id = stmt_text(s, 0),
                                  .name = stmt_text(s, 1),
                                  .kind = stmt_text(s, 2),
                                  .expected = stmt_text(s, 3),
                                  .needed = stmt_text(s, 4),
                                  .measure_due = due,
                                  .arrived = stmt_int(s, 5) == 1,
                                  .measured = stmt_text(s, 6)[0] != '\0',
                                  .answered = stmt_text(s, 7)[0] != '\0' };
        rc = each(&m, ctx);
        if (rc < 0) return rc;
    }
    return rc;
}
