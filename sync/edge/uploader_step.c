/* SPDX-License-Identifier: MIT */
/* What the upload thread does for an item: asks and sends by tus, and judges every answer. Two kinds of waiting: for the link (nobody answers,
 * or answers nonsense), in memory; and for one item (its own trouble), in the outbox, so that one bad photo never holds up the others.
 * How HTTP is spoken is in uploader_http.c. */
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/edge/uploader_private.h"

#include <stdio.h>
#include <string.h>

#define TURNS_MAX     12            /* requests for one item without progress before others get their turn */
#define WITH_CREATION (256 * 1024)  /* bytes: up to here a photo goes along with its creation */
#define PIECE_FIRST   (1024 * 1024) /* bytes of a PATCH once a server has kept nothing of a broken one */
#define PIECE_LEAST   (128 * 1024)
#define METADATA_SIZE 800

/* What an answer means for the item. */
enum next { NEXT_ASK, NEXT_SEND, NEXT_LEAVE };

/* ---- waiting ---- */

/* Full jitter: anything from 0 to first × 2^(failures-1), at most max. */
static int64_t jitter(int64_t first, int64_t max, int failures) {
    int64_t span = first;
    for (int i = 1; i < failures && span < max; i++) span *= 2;
    if (span > max) span = max;
    uint64_t random = 0;
    ids_random(&random, sizeof random);
    return (int64_t)(random % (uint64_t)(span + 1));
}

static void link_failed(struct uploader *u, int64_t at_least_ms) {
    if (u->link_failures < 64) u->link_failures++;
    int64_t wait = jitter(u->options.retry_first_ms, u->options.retry_max_ms, u->link_failures);
    if (wait < at_least_ms) wait = at_least_ms;
    u->link_until = (struct mono){ clock_mono().ms + wait };
}

static void link_works(struct uploader *u) {
    u->link_failures = 0;
    uploader_reached(u, true);
}

static int64_t retry_after_ms(const struct uploader *u, const struct uploader_result *r) {
    int64_t ms = r->retry_after_s * 1000;
    return ms < u->options.retry_max_ms ? ms : u->options.retry_max_ms;
}

static void save(struct uploader *u, const struct outbox_item *item) {
    int err = u->options.outbox.save(u->options.outbox.ctx, item);
    if (!err || err == ERR_GONE) return;
    uploader_trouble(u, "the state of an upload cannot be kept: %s",
                     err_name(err)); /* the server knows better anyway */
    link_failed(u, u->options.retry_first_ms);
}

/* This item waits, the others go on. */
static enum next item_failed(struct uploader *u, struct outbox_item *item) {
    if (item->attempts < 64) item->attempts++;
    item->next_at =
        (struct wall){ clock_wall().ms + jitter(u->options.retry_first_ms, u->options.retry_max_ms, item->attempts) };
    save(u, item);
    return NEXT_LEAVE;
}

/* ---- judging answers ---- */

/* Begun anew; the server has forgotten it, or what it says makes no sense. */
static enum next restart(struct uploader *u, struct outbox_item *item) {
    uploader_count(u, &u->counts.restarts, 1);
    item->url[0] = '\0';
    item->offset = 0;
    return NEXT_ASK;
}

static enum next corrupt(struct uploader *u, struct outbox_item *item, int err) {
    log_error("photo %s: its %s is damaged on this board (%s) and cannot be sent", item->photo,
              item->thumb ? "thumbnail" : "original", err_name(err));
    item->state = OUTBOX_CORRUPT;
    save(u, item);
    if (u->options.corrupt != NULL) u->options.corrupt(u->options.ctx, item->sha256, item->thumb);
    uploader_changed(u);
    return NEXT_LEAVE;
}

/* The server says that the bytes do not fit their hash: are they good here? */
static enum next mismatch(struct uploader *u, struct outbox_item *item) {
    int err = u->options.outbox.check(u->options.outbox.ctx, item);
    if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) return corrupt(u, item, err);
    log_warn("photo %s: arrived damaged; sending it again", item->photo);
    (void)restart(u, item);
    return item_failed(u, item);
}

static enum next local_failure(struct uploader *u, struct outbox_item *item, int err) {
    if (err == ERR_CORRUPT || err == ERR_NOT_FOUND || err == ERR_INVALID) return corrupt(u, item, err);
    uploader_trouble(u, "a stored photo cannot be read: %s", err_name(err));
    return item_failed(u, item);
}

/* Nobody answered, or the connection broke. */
static enum next cut(struct uploader *u, struct outbox_item *item, const struct uploader_result *r) {
    if (r->err == ERR_GONE) return NEXT_LEAVE;
    char text[160];
    snprintf(text, sizeof text, "head office cannot be reached: %s", r->text[0] ? r->text : err_name(r->err));
    uploader_reached(u, false);
    link_failed(u, 0);
    uploader_set_trouble(u, text, true);
    if (r->sent > 0) {
        uploader_count(u, &u->counts.cuts, 1);
        return item_failed(u, item); /* until it is seen to move */
    }
    return NEXT_LEAVE;
}

/* Every answer that is not what was hoped for. */
static enum next refused(struct uploader *u, struct outbox_item *item, const struct uploader_result *r, bool creation) {
    if (r->read_failed) return local_failure(u, item, r->err);
    if (r->err) return cut(u, item, r);
    link_works(u);
    if (!creation && (r->status == 404 || r->status == 410)) return restart(u, item);
    switch (r->status) {
    case 409:
        if (!creation) return NEXT_ASK;
        break;
    case 460:
        return mismatch(u, item);
    case 423:
        return item_failed(u, item);
    case 401:
    case 403:
        uploader_trouble(u, "head office refuses this board (%d): check its certificate and that it is enrolled",
                         r->status);
        break;
    case 413:
        uploader_trouble(u, "photo %s is too big for head office", item->photo);
        return item_failed(u, item);
    case 507:
        uploader_trouble(u, "head office has no room for photos");
        break;
    default:
        uploader_trouble(u, "head office answers %d%s%.80s: check [upload] url", r->status, r->text[0] ? ", " : "",
                         r->text);
        break;
    }
    link_failed(u, retry_after_ms(u, r));
    return item_failed(u, item);
}

/* The server says how far it is. */
static enum next learned(struct uploader *u, struct outbox_item *item, int64_t offset) {
    if (offset < 0 || offset > item->bytes) {
        uploader_trouble(u, "head office says that it has byte %lld of a photo of %lld bytes", (long long)offset,
                         (long long)item->bytes);
        (void)restart(u, item);
        return item_failed(u, item);
    }
    if (offset > item->offset) item->attempts = 0;
    if (u->cut_id == item->id && u->cut_sent - (offset - u->cut_from) > PIECE_LEAST) {
        /* what was cut off is lost there: do not stake so much on one connection */
        u->piece = u->piece == 0 ? PIECE_FIRST : u->piece / 2 > PIECE_LEAST ? u->piece / 2 : PIECE_LEAST;
    }
    u->cut_id = 0;
    item->offset = offset;
    return NEXT_SEND;
}

/* ---- requests ---- */

static void run(struct uploader *u, const struct uploader_request *request, struct uploader_result *r) {
    uploader_count(u, &u->counts.requests, 1);
    uploader_http_run(u->http, request, r);
    if (r->sent > 0) uploader_count(u, &u->counts.bytes_sent, (uint64_t)r->sent);
}

/* The item's bytes from a place on, for the body of a request. */
struct body {
    const struct uploader *u;
    const struct outbox_item *item;
    int64_t from;
};

static int read_body(void *ctx, int64_t at, void *out, size_t n) {
    const struct body *body = ctx;
    return body->u->options.outbox.read(body->u->options.outbox.ctx, body->item, body->from + at, out, n);
}

static int add_metadata(char *out, size_t size, const char *key, const char *value) {
    char encoded[128];
    size_t at = strlen(out);
    int err = text_base64((const uint8_t *)value, strlen(value), encoded, sizeof encoded);
    if (err) return err;
    int n = snprintf(out + at, size - at, "%s%s %s", at ? "," : "", key, encoded);
    return n > 0 && (size_t)n < size - at ? 0 : ERR_TOO_BIG;
}

static int make_metadata(const struct uploader *u, const struct outbox_item *item, char out[METADATA_SIZE]) {
    out[0] = '\0';
    int err = add_metadata(out, METADATA_SIZE, "board", u->board);
    if (!err) err = add_metadata(out, METADATA_SIZE, "photo", item->photo);
    if (!err) err = add_metadata(out, METADATA_SIZE, "sha256", item->sha256);
    if (!err) err = add_metadata(out, METADATA_SIZE, "filetype", "image/jpeg");
    if (!err) err = add_metadata(out, METADATA_SIZE, "variant", item->thumb ? "thumb" : "original");
    return err;
}

static enum next create(struct uploader *u, struct outbox_item *item) {
    char metadata[METADATA_SIZE];
    struct uploader_result r;
    struct body body = { u, item, 0 };
    bool with = !u->plain_creation && item->bytes <= WITH_CREATION;
    if (make_metadata(u, item, metadata) != 0) return corrupt(u, item, ERR_INVALID);
    struct uploader_request request = { .method = "POST",
                                        .url = "",
                                        .metadata = metadata,
                                        .length = item->bytes,
                                        .body = with ? item->bytes : 0,
                                        .read = read_body,
                                        .ctx = &body };
    run(u, &request, &r);
    if (with && !r.err && (r.status == 400 || r.status == 404 || r.status == 405 || r.status == 415)) {
        u->plain_creation = true; /* perhaps it was the body that it did not like */
        return NEXT_ASK;
    }
    if (r.err || r.status != 201) return refused(u, item, &r, true);
    link_works(u);
    if (r.url[0] == '\0') {
        uploader_trouble(u, "head office answers a creation without an address that can be used");
        link_failed(u, 0);
        return item_failed(u, item);
    }
    memcpy(item->url, r.url, sizeof item->url);
    item->offset = 0;
    enum next next = learned(u, item, r.offset >= 0 ? r.offset : 0);
    if (next == NEXT_SEND && item->offset < item->bytes) save(u, item);
    return next;
}

static enum next ask(struct uploader *u, struct outbox_item *item) {
    struct uploader_result r;
    run(u, &(struct uploader_request){ .method = "HEAD", .url = item->url }, &r);
    if (r.err || (r.status != 200 && r.status != 204)) return refused(u, item, &r, false);
    link_works(u);
    if (r.length >= 0 && r.length != item->bytes) {
        (void)restart(u, item);
        return item_failed(u, item);
    }
    return learned(u, item, r.offset);
}

static enum next send_rest(struct uploader *u, struct outbox_item *item) {
    struct uploader_result r;
    int64_t left = item->bytes - item->offset, before = item->offset;
    struct body body = { u, item, before };
    if (u->piece > 0 && left > u->piece) left = u->piece;
    run(u,
        &(struct uploader_request){
            .method = "PATCH", .url = item->url, .offset = before, .body = left, .read = read_body, .ctx = &body },
        &r);
    if (r.err && r.err != ERR_GONE && !r.read_failed) {
        u->cut_id = item->id;
        u->cut_from = before;
        u->cut_sent = r.sent;
    }
    if (r.err || (r.status != 204 && r.status != 200)) return refused(u, item, &r, false);
    link_works(u);
    if (r.offset <= before) { /* it took bytes and is no further, or does not say: ask, and do not go round for ever */
        if (r.offset >= 0) return item_failed(u, item);
        return NEXT_ASK;
    }
    enum next next = learned(u, item, r.offset);
    if (next == NEXT_SEND && item->offset < item->bytes) save(u, item);
    return next;
}

/* ---- items ---- */

static void complete(struct uploader *u, struct outbox_item *item) {
    item->state = u->options.confirm_broker ? OUTBOX_CONFIRMED : OUTBOX_UPLOADED;
    item->attempts = 0;
    item->next_at = (struct wall){ clock_wall().ms + u->options.recheck_first_ms };
    uploader_count(u, &u->counts.uploads, 1);
    uploader_set_trouble(u, "", false);
    save(u, item);
    uploader_changed(u);
}

static bool interrupted(const struct uploader *u) { return atomic_load(&u->stop) || atomic_load(&u->hold); }

static void upload(struct uploader *u, struct outbox_item *item) {
    enum next next = NEXT_ASK;
    int64_t furthest = -1;
    for (int turns = 0; next != NEXT_LEAVE && !interrupted(u); turns++) {
        if (turns == TURNS_MAX) {
            (void)item_failed(u, item);
            return;
        }
        if (item->url[0] == '\0')
            next = create(u, item);
        else if (next == NEXT_ASK)
            next = ask(u, item);
        else
            next = send_rest(u, item);
        if (next == NEXT_SEND && item->offset == item->bytes) {
            complete(u, item);
            return;
        }
        if (next == NEXT_SEND && item->offset > furthest) {
            furthest = item->offset;
            turns = 0;
        }
    }
}

/* All of it is there, but nobody has confirmed it: asking makes the hub say so again. */
static void recheck(struct uploader *u, struct outbox_item *item) {
    struct uploader_result r = { .status = 404 };
    if (item->url[0] != '\0') run(u, &(struct uploader_request){ .method = "HEAD", .url = item->url }, &r);
    bool lost = !r.err && (r.status == 404 || r.status == 410);
    if (!lost && (r.err || (r.status != 200 && r.status != 204))) {
        (void)refused(u, item, &r, false);
        return;
    }
    if (item->url[0] != '\0') link_works(u);
    if (lost || r.offset != item->bytes) {
        item->state = OUTBOX_WAITING;
        item->attempts = 0;
        item->next_at = (struct wall){ 0 };
        if (lost) (void)restart(u, item);
        save(u, item);
        return;
    }
    int64_t wait = u->options.recheck_first_ms;
    if (item->attempts < 64) item->attempts++;
    for (int i = 0; i < item->attempts && wait < u->options.recheck_max_ms; i++) wait *= 2;
    if (wait > u->options.recheck_max_ms) wait = u->options.recheck_max_ms;
    item->next_at = (struct wall){ clock_wall().ms + wait };
    save(u, item);
}

int64_t uploader_step(struct uploader *u) {
    struct outbox_item item;
    int64_t due_ms = -1;
    struct wall now = clock_wall();
    if (atomic_exchange(&u->now, false)) { /* what waits after a failure may be tried again, too */
        u->link_failures = 0;
        u->link_until = (struct mono){ 0 };
        now.ms += u->options.retry_max_ms;
    }
    if (atomic_load(&u->hold)) return -1;
    int64_t link_ms = u->link_until.ms - clock_mono().ms;
    if (link_ms > 0) return link_ms;
    int found = u->options.outbox.next(u->options.outbox.ctx, now, &item, &due_ms);
    if (found < 0) {
        uploader_trouble(u, "the list of photos to send cannot be read: %s", err_name(found));
        link_failed(u, u->options.retry_first_ms);
        return u->options.retry_first_ms;
    }
    if (found == 0) return due_ms;
    if (item.state == OUTBOX_UPLOADED)
        recheck(u, &item);
    else
        upload(u, &item);
    return 0;
}
