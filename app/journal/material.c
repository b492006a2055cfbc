/* SPDX-License-Identifier: MIT */
/* Materials: shapes, and what may be posted. Folding is in material_fold.c, lists in material_list.c. */
#include "app/journal/material.h"

#include "app/journal/named.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_BYTES = 1000, QUANTITY_MAX = 1000000, CODES_MAX = 20 };

/* ---- shapes ---- */

static const struct shape expected_shape[] = {
    { .name = "name", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 200 },
    { .name = "kind", .kind = SHAPE_KEY },
    { .name = "quantity", .kind = SHAPE_NUMBER, .min = 0, .max = QUANTITY_MAX },
    { .name = "unit", .kind = SHAPE_TEXT, .max = 20 },
    { .name = "expected", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "needed", .kind = SHAPE_DATE },
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "supplier", .kind = SHAPE_TEXT, .max = 200 },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = NULL },
};
/* Expected again: only what moves. */
static const struct shape moved_shape[] = {
    { .name = "expected", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "needed", .kind = SHAPE_DATE },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = NULL },
};
static const struct shape arrived_shape[] = {
    { .name = "quantity", .kind = SHAPE_NUMBER, .min = -QUANTITY_MAX, .max = QUANTITY_MAX },
    { .name = "damaged", .kind = SHAPE_NUMBER, .min = 0, .max = QUANTITY_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = NULL },
};
static const struct shape code_shape[] = {
    { .name = "type", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 400 },
    { .name = NULL },
};
static const struct shape scanned_shape[] = {
    { .name = "photo", .kind = SHAPE_ID },
    { .name = "codes", .kind = SHAPE_LIST, .max = CODES_MAX, .members = code_shape },
    { .name = "brand", .kind = SHAPE_TEXT, .max = 200 },
    { .name = "batch", .kind = SHAPE_TEXT, .max = 200 },
    { .name = "report", .kind = SHAPE_TEXT, .max = 200 },
    { .name = "grade", .kind = SHAPE_TEXT, .max = 60 },
    { .name = "read", .kind = SHAPE_LIST, .flags = SHAPE_MADE, .max = CODES_MAX, .members = code_shape },
    { .name = NULL },
};
static const struct shape measured_shape[] = {
    { .name = "date", .kind = SHAPE_DATE },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = NULL },
};
static const struct shape answered_shape[] = {
    { .name = "alternative", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = NOTE_BYTES },
    { .name = "expected", .kind = SHAPE_DATE },
    { .name = NULL },
};

/* A date that moves is material-expected, too, without a name. */
int material_check_expected(const struct json *data, struct err_text *e) {
    return shape_check(data, json_member(data, "name") ? expected_shape : moved_shape, e);
}
int material_check_arrived(const struct json *data, struct err_text *e) { return shape_check(data, arrived_shape, e); }
int material_check_scanned(const struct json *data, struct err_text *e) { return shape_check(data, scanned_shape, e); }
int material_check_answered(const struct json *data, struct err_text *e) {
    return shape_check(data, answered_shape, e);
}
int material_check_measured(const struct json *data, struct err_text *e) {
    return shape_check(data, measured_shape, e);
}

/* ---- what may be posted ---- */

struct known {
    bool there, quantity_said, complete;
    int64_t arrived, returned; /* thousandths */
};

static int find(struct db *db, const struct post *p, struct known *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT quantity, arrived, returned, complete FROM material WHERE site = ? AND id = ? AND name <> ''", &s);
    if (rc < 0) return err_set(e, rc, "the material cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, p->site);
    stmt_bind_text(s, 2, p->subject_id);
    rc = stmt_step(s);
    if (rc < 0) return err_set(e, rc, "the material cannot be read: %s", db_message(db));
    if (rc == 0) return err_set(e, ERR_NOT_FOUND, "there is no such material on this site");
    *out = (struct known){ .there = true,
                           .quantity_said = stmt_int(s, 0) > 0,
                           .arrived = stmt_int(s, 1),
                           .returned = stmt_int(s, 2),
                           .complete = stmt_int(s, 3) == 1 };
    return 0;
}

/* At most three decimals: what is kept. */
static int check_quantity(const struct json *data, const char *name, double *out, struct err_text *e) {
    double n = 0;
    if (!json_number(json_member(data, name), &n)) return 0;
    if (fabs(n * 1000 - round(n * 1000)) > 1e-3)
        return err_field(e, ERR_INVALID, name, "%s has more than three decimals", name);
    *out = n;
    return 0;
}

static int judge_new(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                     struct err_text *e) {
    double quantity = 0;
    (void)made;
    int rc = check_quantity(data, "quantity", &quantity, e);
    return rc < 0 ? rc : named_stage(j, db, p->site, row_text(data, "stage"), e);
}

static int judge_known(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                       struct err_text *e) {
    struct known known;
    (void)j, (void)data, (void)made;
    return find(db, p, &known, e);
}

static int judge_arrive(struct post *p, struct journal *j, struct db *db, const struct json *data,
                        struct json_out *made, struct err_text *e) {
    struct known known = { 0 };
    double quantity = 1;
    double damaged = 0;
    (void)j, (void)made;
    int rc = find(db, p, &known, e);
    if (rc == 0) rc = check_quantity(data, "quantity", &quantity, e);
    if (rc == 0) rc = check_quantity(data, "damaged", &damaged, e);
    if (rc < 0) return rc;
    if (quantity == 0) return err_field(e, ERR_INVALID, "quantity", "quantity is 0: leave it out where all has come");
    if (damaged > fabs(quantity) && json_member(data, "quantity"))
        return err_field(e, ERR_INVALID, "damaged", "damaged is more than what arrived");
    if (quantity < 0 && llround(-quantity * 1000) > known.arrived - known.returned)
        return err_field(e, ERR_INVALID, "quantity", "quantity: no more can be returned than is there, %g",
                         (double)(known.arrived - known.returned) / 1000);
    return 0;
}

/* Somebody's own, or what was read from the photo: one of them has to say something. */
static int judge_scan(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                      struct err_text *e) {
    static const char *const said[] = { "photo", "codes", "brand", "batch", "report", "grade" };
    struct known known;
    bool any = false;
    (void)j;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(said); i++) any = any || json_member(data, said[i]) != NULL;
    if (!any) return err_field(e, ERR_INVALID, "photo", "say a photo, or what stands on the label");
    int rc = find(db, p, &known, e);
    if (rc < 0 || !p->ctx) return rc;
    const char *read = p->ctx;
    json_put_raw(made, "read", read, strlen(read));
    return 0;
}

static void fill(struct post *p, const char *type, const struct shape *shape,
                 int (*judge)(struct post *, struct journal *, struct db *, const struct json *, struct json_out *,
                              struct err_text *)) {
    p->type = type;
    p->shape = shape;
    p->judge = judge;
    p->print = material_print;
}

void material_post_new(struct post *p) { fill(p, "material-expected", expected_shape, judge_new); }
void material_post_expect(struct post *p) { fill(p, "material-expected", moved_shape, judge_known); }
void material_post_arrive(struct post *p) { fill(p, "material-arrived", arrived_shape, judge_arrive); }
void material_post_scan(struct post *p) { fill(p, "material-scanned", scanned_shape, judge_scan); }
void material_post_measure(struct post *p) { fill(p, "measurement-done", measured_shape, judge_known); }
void material_post_answer(struct post *p) { fill(p, "material-answered", answered_shape, judge_known); }
