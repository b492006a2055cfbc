/* SPDX-License-Identifier: MIT */
/* Head office asks for a photo: photo-requested and photo-request-failed (subject photo-request/{id of the request's event}). It is answered by
 * a photo-taken whose inreplyto is that id; whether it is, is looked up where it is asked, so that the order of arrival does not matter.
 * Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_PHOTO_REQUEST_H
#define SITELOG_JOURNAL_PHOTO_REQUEST_H

#include "app/journal/photo.h"

#define PHOTO_REQUEST_TEXT_MAX 400 /* bytes */

/* As photo_request_open gives it. */
struct photo_request {
    char id[ID_SIZE];
    char board[NAME_SIZE];    /* "" : any of the site's */
    char stage[41], room[41]; /* or "" */
    char text[PHOTO_REQUEST_TEXT_MAX + 1];
    char due[CLOCK_TEXT_SIZE]; /* RFC 3339, or "" */
    bool camera;               /* the board's camera shall answer by itself; else a person does */
    char state[10];            /* "open" */
};

/* POST /photo-requests: {"id","board"?,"stage"?,"room"?,"text"?,"due"?,"camera"?(true)}. As daylog_submit: 0, ERR_EXISTS, ERR_CONFLICT, ERR_INVALID. */
MUST_CHECK int photo_request_make(struct journal *j, struct db *db, const char *site, const char *actor,
                                  const char *body, size_t n, struct appended *out, struct buf *answer,
                                  struct err_text *e);

/* Inside the write transaction that will answer it: 0 when it is open; ERR_NOT_FOUND; ERR_EXISTS when it is answered or failed. */
MUST_CHECK int photo_request_answerable(struct db *db, const char *site, const char *id);

/* photo-request-failed with a reason ("camera-absent", "camera-failed", …). ERR_EXISTS, ERR_NOT_FOUND. */
MUST_CHECK int photo_request_fail(struct journal *j, struct db *db, const char *site, const char *id,
                                  const char *reason, struct appended *out, struct err_text *e);

/* The open ones of a site that this board may answer, oldest first, at most max. Returns how many in *n. */
MUST_CHECK int photo_request_open(struct db *db, const char *site, const char *board, struct photo_request *out,
                                  size_t max, size_t *n);

/* The same, those only that the board's camera answers by itself. */
MUST_CHECK int photo_request_for_camera(struct db *db, const char *site, const char *board, struct photo_request *out,
                                        size_t max, size_t *n);

/* One request, an entry as in photo_request_list. ERR_NOT_FOUND. */
MUST_CHECK int photo_request_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* {"photo_requests":[{"id","site","board","stage","room","text","due","state","photo","reason","at","actor"}],"next":cursor|null}, newest first.
 * state: only those, or NULL. */
MUST_CHECK int photo_request_list(struct db *db, const char *site, const char *state, const char *before, int limit,
                                  bool names, struct buf *out, struct err_text *e);

/* For the fold of photos: a photo that says it answers this request came, or is gone. */
MUST_CHECK int photo_request_note(struct db *db, const char *site, const char *id);

/* ---- for the table of events ---- */
extern const struct subject_kind photo_request_kind;
MUST_CHECK int photo_request_check(const struct json *data, struct err_text *e);        /* photo-requested */
MUST_CHECK int photo_request_check_failed(const struct json *data, struct err_text *e); /* photo-request-failed */

#endif
