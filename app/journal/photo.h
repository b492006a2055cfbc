/* SPDX-License-Identifier: MIT */
/* Photos as records: photo-taken and photo-withdrawn (subject photo/{id}) and what readers see. The bytes are app/photo's business; a photo's
 * bytes are durable before its event is made. Thread: any, on the handle's thread; photo_record inside a write transaction. */
#ifndef SITELOG_JOURNAL_PHOTO_H
#define SITELOG_JOURNAL_PHOTO_H

#include "app/journal/clock_set.h"
#include "app/journal/item.h"
#include "app/journal/journal.h"
#include "app/journal/listing.h"
#include "firmware/base/tz.h"

#define PHOTO_CAPTION_MAX 400 /* bytes */

struct photo {
    char id[ID_SIZE];
    char sha256[HASH_TEXT_SIZE], thumb_sha256[HASH_TEXT_SIZE]; /* thumb "" : none */
    int64_t bytes, width, height;
    char stage[41], room[41];            /* or "" */
    char caption[PHOTO_CAPTION_MAX + 1]; /* or "" */
    char taken[CLOCK_TEXT_SIZE];         /* RFC 3339; "" : see photo_time.h */
    char exif_taken[CLOCK_TEXT_SIZE]; /* the camera's own word on it, or ""; for photo_record also without an offset */
    char taken_said[CLOCK_TEXT_SIZE]; /* what its client said of that, where it cannot be true; "": see photo_time.h */
    char arrived[CLOCK_TEXT_SIZE];    /* for photo_record: when it came in; "" : now. Not in events. */
    char clock[5];                    /* how good `taken` is: "ntp" "rtc" "none"; "" : see photo_time.h */
    char origin[16];                  /* camera phone timelapse import recovered */
    char code[9];                     /* of the watermark; filled by photo_record */
    int64_t orientation;              /* EXIF 1-8, of the pixels as stored; 0: 1. width and height are as seen */
    char series[ID_SIZE];             /* of a time-lapse frame: viewpoint.h; or "" */
    bool located;                     /* the camera said where: */
    int64_t lat_udeg, lon_udeg;       /* millionths of a degree, WGS 84; in range */
};

/* An event's data, lenient: everything but the id. ERR_INVALID names the member. */
MUST_CHECK int photo_decode(const struct json *data, struct photo *out, struct err_text *e);
MUST_CHECK int photo_encode(const struct photo *p, struct buf *out);

bool photo_is_origin(const char *text);

/* "gps":{"lat":31.230416,"lon":121.4737}, with at most six decimals. */
void photo_put_gps(struct json_out *w, int64_t lat_udeg, int64_t lon_udeg);

/* Whether photo_record would take this photo, asked before its bytes are stored, so that nothing is kept of what is refused. 0 (also for a
 * repeat), or an error as photo_record's; *answer as there. Inside a write transaction; writes nothing. */
MUST_CHECK int photo_fits(struct journal *j, struct db *db, const char *site, const struct photo *p, struct buf *answer,
                          struct err_text *e);

/* All that POST /photos does once the bytes are stored. `taken` is written with the site's offset, `caption` masked.
 * inreplyto: the photo-requested event that this answers, or NULL.
 * 0, or ERR_EXISTS (same id, same bytes and fields; a `taken` that was not given is not compared, nor what the bytes' own Exif says, nor the origin of
 * a photo that was stored as "recovered"), ERR_CONFLICT (other bytes or fields);
 * *answer in all three: the photo as stored. ERR_INVALID: e->field (unknown stage or room, origin, taken). */
MUST_CHECK int photo_record(struct journal *j, struct db *db, const char *site, const struct photo *p,
                            const char *actor, const char *inreplyto, struct appended *out, struct buf *answer,
                            struct err_text *e);

/* photo-withdrawn. ERR_NOT_FOUND; ERR_EXISTS when it is withdrawn already. reason may be NULL. */
MUST_CHECK int photo_withdraw(struct journal *j, struct db *db, const char *site, const char *id, const char *reason,
                              const char *actor, struct appended *out, struct err_text *e);

/* ERR_NOT_FOUND, also where only its withdrawal has arrived. site NULL: any. withdrawn may be NULL. */
MUST_CHECK int photo_find(struct db *db, const char *site, const char *id, struct photo *out, bool *withdrawn);

/* {"id","site","board","sha256","bytes","width","height","stage","room","caption","taken","clock","origin","code","thumb_sha256","at","actor",
 * "inreplyto","withdrawn"}, and where a later clock dated it (clock_set.h) "at_corrected","clock_corrected" and "taken_corrected". ERR_NOT_FOUND. */
MUST_CHECK int photo_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* The time to show with a photo, as well as is known now: `taken`, corrected where a later clock does, but the camera's own word where photo_time.h
 * says so. */
struct photo_when {
    char at[CLOCK_TEXT_SIZE];
    char clock[5];  /* how good it is */
    bool claimed;   /* the word of a phone or a camera, which no clock here bears out */
    bool corrected; /* `taken` says otherwise, and a later clock this */
};
MUST_CHECK int photo_when(struct db *db, const char *site, const char *id, struct photo_when *out); /* ERR_NOT_FOUND */

/* A photo's `taken` moved with its record's time; "" where it may be by another clock: a phone's, or, of a photo that lost its record and was
 * "recovered", that of an earlier boot. at: of the record. taken and origin may be NULL. */
void photo_move_taken(const struct clock_set_dated *dated, const char *at, const char *taken, const char *origin,
                      char out[CLOCK_TEXT_SIZE]);

/* Photos of a page's rows by one query, without those that were withdrawn: rows: a JSON array of ["site" …], one a row, in which
 * arrays are ids of photos; it has to live as long. *out: photo_kin_put and listing_kin_fini. */
MUST_CHECK int photo_kin(struct db *db, const char *rows, struct listing_kin *out);
/* The member `name` of an open object: those of that row, as far as they are here, by id, each as photo_print has it. */
MUST_CHECK int photo_kin_put(struct db *db, struct listing_kin *k, int64_t row, bool names, struct json_out *w,
                             const char *name);

struct photo_query {
    const char *site;         /* NULL: every site */
    const char *stage, *room; /* or NULL */
    const char *from, *to;    /* site dates of `taken` as it was written, inclusive, or NULL */
    const char *origin;       /* or NULL: all but time-lapse frames */
    const char *before;       /* cursor, or NULL */
    int limit;
    bool names;
    bool withdrawn; /* also those */
};

/* {"photos":[…],"next":cursor|null}, newest in the store first; where dates are asked for, by date. */
MUST_CHECK int photo_list(struct db *db, const struct photo_query *q, struct buf *out, struct err_text *e);

/* {"photos":[…]}: all whose watermark bears this code, each with its place in the chain: "writer","epoch","lane","seq","event" (SHA-256 of the
 * event's bytes). The code is read as people write it: any case, O as 0, I and L as 1. ERR_INVALID, ERR_NOT_FOUND. */
MUST_CHECK int photo_print_by_code(struct db *db, const char *code, bool names, struct buf *out, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind photo_kind;
MUST_CHECK int photo_check_taken(const struct json *data, struct err_text *e);
MUST_CHECK int photo_check_withdrawn(const struct json *data, struct err_text *e);

#endif
