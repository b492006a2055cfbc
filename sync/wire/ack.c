/* SPDX-License-Identifier: MIT */
/* `ack` and `hello` as JSON. Judges form only: whether a claim can be true is for those who know the journal. */
#include "sync/wire/ack.h"

#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX ((INT64_C(1) << 53) - 1)

void ack_fini(struct ack *a) {
    free(a->have);
    free(a->rejected);
    free(a->blobs);
    free(a->want);
    *a = (struct ack){ 0 };
}

/* ---- printing ---- */

static void print_have(struct json_out *w, const struct ack_have *h) {
    bool heads = false;
    json_open(w, NULL, '{');
    json_put_text(w, "writer", h->writer);
    json_put_text(w, "epoch", h->epoch);
    json_open(w, "upto", '{');
    for (int l = 0; l < LANE_COUNT; l++) {
        if (h->upto[l] != ACK_UNSAID) json_put_int(w, lane_name((enum lane)l), (int64_t)h->upto[l]);
        heads = heads || (h->upto[l] != ACK_UNSAID && h->hash[l][0]);
    }
    json_close(w, '}');
    if (heads) {
        json_open(w, "heads", '{');
        for (int l = 0; l < LANE_COUNT; l++) {
            if (h->upto[l] == ACK_UNSAID || !h->hash[l][0]) continue;
            json_open(w, lane_name((enum lane)l), '{');
            json_put_int(w, "seq", (int64_t)h->upto[l]);
            json_put_text(w, "hash", h->hash[l]);
            json_close(w, '}');
        }
        json_close(w, '}');
    }
    json_close(w, '}');
}

static void print_rejected(struct json_out *w, const struct ack_rejected *r) {
    json_open(w, NULL, '{');
    json_put_text(w, "writer", r->key.writer);
    json_put_text(w, "epoch", r->key.epoch);
    json_put_text(w, "lane", lane_name(r->key.lane));
    json_put_int(w, "seq", (int64_t)r->key.seq);
    json_put_text(w, "code", r->code);
    json_put_text(w, "text", r->text);
    json_close(w, '}');
}

static void print_hashes(struct json_out *w, const char *name, char (*list)[HASH_TEXT_SIZE], size_t count) {
    json_open(w, name, '[');
    for (size_t i = 0; i < count; i++) json_put_text(w, NULL, list[i]);
    json_close(w, ']');
}

static void print_hello(struct json_out *w, const struct ack *a) {
    json_put_int(w, "connect", a->connect);
    json_put_int(w, "boot", a->boot);
    json_put_text(w, "software", a->software);
    if (a->key[0]) json_put_text(w, "key", a->key);
}

int ack_print(const struct ack *a, struct buf *out) {
    if (a->have_count > ACK_HAVE_MAX || a->rejected_count > ACK_REJECTED_MAX || a->blobs_count > ACK_BLOBS_MAX ||
        a->want_count > ACK_BLOBS_MAX)
        return ERR_TOO_BIG;
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "have", '[');
    for (size_t i = 0; i < a->have_count; i++) print_have(&w, &a->have[i]);
    json_close(&w, ']');
    json_open(&w, "rejected", '[');
    for (size_t i = 0; i < a->rejected_count; i++) print_rejected(&w, &a->rejected[i]);
    json_close(&w, ']');
    print_hashes(&w, "blobs", a->blobs, a->blobs_count);
    if (a->want_count) print_hashes(&w, "want", a->want, a->want_count);
    json_put_int(&w, "window", a->window);
    json_put_int(&w, "pause_ms", a->pause_ms);
    if (a->resend) json_put_bool(&w, "resend", true);
    if (a->connect) print_hello(&w, a);
    if (a->to) json_put_int(&w, "to", a->to);
    json_close(&w, '}');
    return out->error;
}

/* ---- reading ---- */

static int get_copy(const struct json *o, const char *path, const char *name, enum json_need need, char *out,
                    size_t out_size, struct err_text *e) {
    const char *text = NULL;
    int r = json_get_text(o, path, name, need, out_size - 1, &text, e);
    return r == 0 && text ? text_copy(out, out_size, text) : r;
}

static int get_journal(const struct json *o, const char *path, char writer[NAME_SIZE], char epoch[ID_SIZE],
                       struct err_text *e) {
    int r = get_copy(o, path, "writer", JSON_REQUIRED, writer, NAME_SIZE, e);
    if (r == 0) r = get_copy(o, path, "epoch", JSON_REQUIRED, epoch, ID_SIZE, e);
    if (r == 0 && (!ids_is_name(writer) || !envelope_is_uuid(epoch)))
        r = err_field(e, ERR_INVALID, path, "An entry needs a writer's name and an epoch.");
    return r;
}

static int read_heads(const struct json *heads, struct ack_have *h, struct err_text *e) {
    for (int l = 0; l < LANE_COUNT; l++) {
        const struct json *head = json_member(heads, lane_name((enum lane)l));
        if (!head || json_is_null(head)) continue;
        int64_t seq;
        int r = json_get_int(head, "have.heads.", "seq", JSON_REQUIRED, 0, NUMBER_MAX, &seq, e);
        if (r == 0) r = get_copy(head, "have.heads.", "hash", JSON_REQUIRED, h->hash[l], HASH_TEXT_SIZE, e);
        if (r) return r;
        if (!text_is_hex(h->hash[l], HASH_TEXT_SIZE - 1))
            return err_field(e, ERR_INVALID, "have.heads.hash", "A hash has 64 hexadecimal digits.");
        if (h->upto[l] == ACK_UNSAID)
            h->upto[l] = (uint64_t)seq;
        else if (h->upto[l] != (uint64_t)seq)
            h->hash[l][0] = '\0'; /* of another place: says nothing about upto */
    }
    return 0;
}

static int read_have(const struct json *o, struct ack_have *h, struct err_text *e) {
    int r = get_journal(o, "have.", h->writer, h->epoch, e);
    const struct json *upto = json_member(o, "upto");
    for (int l = 0; r == 0 && l < LANE_COUNT; l++) {
        int64_t n = -1;
        r = json_get_int(upto, "have.upto.", lane_name((enum lane)l), JSON_OPTIONAL, 0, NUMBER_MAX, &n, e);
        h->upto[l] = n < 0 ? ACK_UNSAID : (uint64_t)n;
    }
    return r ? r : read_heads(json_member(o, "heads"), h, e);
}

static int read_rejected(const struct json *o, struct ack_rejected *x, struct err_text *e) {
    const char *lane = NULL, *text = NULL;
    int64_t seq = 0;
    int r = get_journal(o, "rejected.", x->key.writer, x->key.epoch, e);
    if (r == 0) r = json_get_text(o, "rejected.", "lane", JSON_REQUIRED, 16, &lane, e);
    if (r == 0 && lane_parse(lane, &x->key.lane) != 0)
        r = err_field(e, ERR_INVALID, "rejected.lane", "There is no lane \"%s\".", lane);
    if (r == 0) r = json_get_int(o, "rejected.", "seq", JSON_REQUIRED, 1, NUMBER_MAX, &seq, e);
    if (r == 0) r = get_copy(o, "rejected.", "code", JSON_REQUIRED, x->code, sizeof x->code, e);
    if (r == 0) r = json_get_text(o, "rejected.", "text", JSON_OPTIONAL, 4096, &text, e);
    if (r == 0) text_clip(x->text, sizeof x->text, text ? text : "");
    x->key.seq = (uint64_t)seq;
    return r;
}

/* An array's items into memory of its own, one `read` an item. */
typedef int (*read_item_fn)(const struct json *o, void *item, struct err_text *e);

static int read_list(const struct json *o, const char *name, size_t max, size_t item_size, read_item_fn read_item,
                     void **list, size_t *count, struct err_text *e) {
    const struct json *array = NULL;
    int r = json_get_array(o, "", name, JSON_OPTIONAL, max, &array, e);
    size_t n = json_count(array);
    if (r || n == 0) return r;
    char *items = calloc(n, item_size);
    if (!items) return ERR_NOMEM;
    for (size_t i = 0; r == 0 && i < n; i++) r = read_item(json_at(array, i), items + i * item_size, e);
    if (r) {
        free(items);
        return r;
    }
    *list = items;
    *count = n;
    return 0;
}

static int have_item(const struct json *o, void *item, struct err_text *e) { return read_have(o, item, e); }
static int rejected_item(const struct json *o, void *item, struct err_text *e) { return read_rejected(o, item, e); }

static int hash_item(const struct json *o, void *item, struct err_text *e) {
    const char *text = json_text(o);
    if (!text || !text_is_hex(text, HASH_TEXT_SIZE - 1))
        return err_field(e, ERR_INVALID, "blobs", "A hash has 64 hexadecimal digits.");
    return text_copy(item, HASH_TEXT_SIZE, text);
}

static int read_lists(const struct json *o, struct ack *a, struct err_text *e) {
    void *have = NULL, *rejected = NULL, *blobs = NULL, *want = NULL;
    int r = read_list(o, "have", ACK_HAVE_MAX, sizeof *a->have, have_item, &have, &a->have_count, e);
    if (r == 0)
        r = read_list(o, "rejected", ACK_REJECTED_MAX, sizeof *a->rejected, rejected_item, &rejected,
                      &a->rejected_count, e);
    if (r == 0) r = read_list(o, "blobs", ACK_BLOBS_MAX, HASH_TEXT_SIZE, hash_item, &blobs, &a->blobs_count, e);
    if (r == 0) r = read_list(o, "want", ACK_BLOBS_MAX, HASH_TEXT_SIZE, hash_item, &want, &a->want_count, e);
    a->have = have;
    a->rejected = rejected;
    a->blobs = blobs;
    a->want = want;
    return r;
}

static int read_numbers(const struct json *o, struct ack *a, struct err_text *e) {
    a->window = ACK_WINDOW_DEFAULT;
    int r = json_get_int(o, "", "window", JSON_OPTIONAL, 0, NUMBER_MAX, &a->window, e);
    if (r == 0) r = json_get_int(o, "", "pause_ms", JSON_OPTIONAL, 0, NUMBER_MAX, &a->pause_ms, e);
    if (r == 0) r = json_get_bool(o, "", "resend", JSON_OPTIONAL, &a->resend, e);
    if (r == 0) r = json_get_int(o, "", "connect", JSON_OPTIONAL, 0, NUMBER_MAX, &a->connect, e);
    if (r == 0) r = json_get_int(o, "", "to", JSON_OPTIONAL, 0, NUMBER_MAX, &a->to, e);
    if (r == 0) r = json_get_int(o, "", "boot", JSON_OPTIONAL, 0, NUMBER_MAX, &a->boot, e);
    if (r == 0) r = get_copy(o, "", "key", JSON_OPTIONAL, a->key, sizeof a->key, e);
    const char *software = NULL;
    if (r == 0) r = json_get_text(o, "", "software", JSON_OPTIONAL, 4096, &software, e);
    if (r == 0 && software) text_clip(a->software, sizeof a->software, software);
    return r;
}

int ack_read(const char *bytes, size_t n, struct ack *out, struct err_text *e) {
    if (n > ACK_MAX) return err_set(e, ERR_TOO_BIG, "The message has %zu bytes, and %u are read.", n, ACK_MAX);
    struct json *o;
    int r = json_parse(bytes, n, &o, e);
    if (r) return r;
    struct ack a = { 0 };
    if (!json_is_object(o)) r = err_set(e, ERR_INVALID, "An ack is a JSON object.");
    if (r == 0) r = read_numbers(o, &a, e);
    if (r == 0) r = read_lists(o, &a, e);
    json_destroy(o);
    if (r == 0)
        *out = a;
    else
        ack_fini(&a);
    return r;
}
