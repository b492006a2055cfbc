/* SPDX-License-Identifier: MIT */
/* From a body to an event. Does not know any subject. */
#include "app/journal/post.h"

#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* The subject's id of "hazard/0193…". */
static const char *id_of(const char *subject) {
    const char *slash = strchr(subject, '/');
    return slash ? slash + 1 : subject;
}

static int print(struct db *db, const struct post *p, const char *id, struct buf *answer, struct err_text *e) {
    int rc = p->print ? p->print(db, p->site, id, true, answer) : 0;
    return rc < 0 ? err_set(e, rc, "what is stored cannot be read: %s", err_name(rc)) : 0;
}

static bool is_ours(const struct post *p, const struct envelope *event) {
    return strcmp(event->type, p->type) == 0 && strcmp(event->site, p->site) == 0 &&
           (!p->subject_id || strcmp(id_of(event->subject), p->subject_id) == 0);
}

/* Does the stored event say what this body says? */
static int says(const struct post *p, const struct envelope *event, const struct json *body, const struct buf *data,
                bool *out) {
    struct json_out w;
    struct buf said;
    buf_init(&said, ENVELOPE_MAX * 2);
    json_start(&w, &said);
    int rc = shape_said(event->data, body, p->shape, &w, NULL);
    if (rc == 0) rc = said.error;
    *out = rc == 0 && said.len == data->len && (said.len == 0 || memcmp(said.data, data->data, said.len) == 0);
    buf_fini(&said);
    return rc == ERR_NOMEM ? rc : 0;
}

/* 0: the id is new. */
static int check_repeat(struct db *db, struct post *p, const struct json *body, const struct buf *data,
                        struct appended *out, struct buf *answer, struct err_text *e) {
    struct envelope event = { 0 };
    struct appended first;
    bool equal = false;
    int rc = repeat_find(db, p->id, &event, &first);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    bool ours = is_ours(p, &event);
    rc = ours ? says(p, &event, body, data, &equal) : 0;
    if (rc == 0 && ours) rc = print(db, p, id_of(event.subject), answer, e);
    envelope_fini(&event);
    if (rc < 0) return rc;
    *out = first;
    if (equal) return ERR_EXISTS;
    p->other = ours;
    return err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; something else needs a new id");
}

static int append(struct journal *j, struct db *db, const struct post *p, const struct buf *said,
                  const struct buf *made, struct appended *out, struct err_text *e) {
    struct buf data;
    buf_init(&data, ENVELOPE_MAX * 2);
    (void)buf_add_text(&data, "{");
    (void)buf_add(&data, said->data, said->len);
    if (said->len && made->len) (void)buf_add_text(&data, ",");
    (void)buf_add(&data, made->data, made->len);
    (void)buf_add_text(&data, "}");
    struct event_draft draft = { .id = p->id,
                                 .site = p->site,
                                 .type = p->type,
                                 .subject_id = p->subject_id ? p->subject_id : p->id,
                                 .actor = p->actor,
                                 .inreplyto = p->inreplyto,
                                 .data = data.data };
    int rc = data.error ? err_set(e, data.error, "the record cannot be written: %s", err_name(data.error))
                        : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}

static int judge_and_append(struct journal *j, struct db *db, struct post *p, const struct json *body,
                            const struct buf *said, struct appended *out, struct err_text *e) {
    struct json_out w;
    struct buf made;
    buf_init(&made, ENVELOPE_MAX);
    json_start(&w, &made);
    int rc = p->judge ? p->judge(p, j, db, body, &w, e) : 0;
    if (rc == 0 && made.error) rc = err_set(e, made.error, "the record cannot be written: %s", err_name(made.error));
    if (rc == 0) rc = append(j, db, p, said, &made, out, e);
    buf_fini(&made);
    return rc;
}

int post_event(struct journal *j, struct db *db, struct post *p, const char *body, size_t n, struct appended *out,
               struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct json_out w;
    struct buf said;
    p->allowed[0] = '\0';
    p->other = false;
    int rc = json_parse(body, n, &root, e);
    if (rc < 0) return rc;
    buf_init(&said, ENVELOPE_MAX * 2);
    json_start(&w, &said);
    rc = shape_read(root, p->shape, DECODE_STRICT, &w, e);
    if (rc == 0) rc = item_get_id(root, "", "id", JSON_REQUIRED, p->id, e);
    if (rc == 0 && said.error) rc = err_set(e, said.error, "the record cannot be read: %s", err_name(said.error));
    if (rc == 0) rc = check_repeat(db, p, root, &said, out, answer, e);
    if (rc == 0) rc = judge_and_append(j, db, p, root, &said, out, e);
    if (rc == 0) rc = print(db, p, p->subject_id ? p->subject_id : p->id, answer, e);
    buf_fini(&said);
    return rc;
}
