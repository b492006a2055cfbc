/* SPDX-License-Identifier: MIT */
/* Puts the pack together: which days, which parts in which order, and its seal. */
#include "app/evidence/evidence.h"

#include "app/evidence/evidence_private.h"
#include "app/journal/identity.h"
#include "app/journal/plan.h"
#include "app/journal/site.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { MANIFEST_MAX = 64 * 1024 * 1024, SEAL_MAX = 1024 };

void evidence_time(const struct evidence *v, int64_t at_ms, char out[EVIDENCE_TIME_SIZE]) {
    struct civil c = tz_civil(v->tz, (struct wall){ at_ms });
    (void)snprintf(out, EVIDENCE_TIME_SIZE, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
                   c.second);
}

int evidence_pem(const uint8_t key[SIGN_PUBLIC_SIZE], struct buf *out) {
    /* RFC 8410: SubjectPublicKeyInfo of an Ed25519 key */
    uint8_t der[12 + SIGN_PUBLIC_SIZE] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
    char text[80];
    memcpy(der + 12, key, SIGN_PUBLIC_SIZE);
    int rc = text_base64(der, sizeof der, text, sizeof text);
    return rc ? rc : buf_addf(out, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
}

/* The first instant of a date. */
static int day(struct evidence *v, const char *field, const char *text, int more, int64_t *out) {
    char date[TZ_DATE_SIZE];
    struct civil civil;
    struct wall at;
    if (!text) return 0;
    int rc = tz_date_parse(text, &civil);
    if (!rc) {
        tz_date_add(text, more, date);
        rc = tz_date_parse(date, &civil);
    }
    if (!rc) rc = tz_instant(v->tz, &civil, &at);
    if (rc) return err_field(v->e, ERR_INVALID, field, "--%s is a date such as 2026-11-22, not %.40s", field, text);
    *out = at.ms;
    return 0;
}

static int read_site(struct evidence *v) {
    bool known = false;
    char zone[PLAN_TZ_SIZE];
    int rc = site_known(v->db, v->ask->site, &known);
    if (!rc && !known)
        return err_field(v->e, ERR_NOT_FOUND, "site", "nothing is known here of a site %s", v->ask->site);
    if (!rc) rc = plan_timezone(v->db, v->ask->site, v->ask->fallback_tz, zone);
    if (!rc) rc = text_copy(v->timezone, sizeof v->timezone, zone);
    if (!rc) rc = tz_create(v->timezone, &v->tz, v->e);
    if (!rc) rc = day(v, "from", v->ask->from, 0, &v->from_ms);
    if (!rc) rc = day(v, "to", v->ask->to, 1, &v->to_ms);
    if (!rc && v->ask->from && v->ask->to && v->from_ms >= v->to_ms)
        rc = err_field(v->e, ERR_INVALID, "to", "--to lies before --from");
    return rc;
}

static int read_key(struct evidence *v) {
    struct identity own;
    int rc = identity_read(v->db, &own);
    if (rc) return err_set(v->e, rc, "the key with which the pack is signed cannot be read: %s", err_name(rc));
    memcpy(v->secret, own.secret, sizeof v->secret);
    memcpy(v->public_key, own.public_key, sizeof v->public_key);
    explicit_bzero(&own, sizeof own);
    return 0;
}

static void begin_manifest(struct evidence *v) {
    char now[CLOCK_TEXT_SIZE];
    clock_format(v->ask->now, tz_offset_s(v->tz, v->ask->now), now);
    json_start(&v->w, &v->manifest);
    json_open(&v->w, NULL, '{');
    json_put_text(&v->w, "format", "sitelog-evidence-v1");
    json_put_text(&v->w, "org", v->ask->org);
    json_put_text(&v->w, "site", v->ask->site);
    json_put_text(&v->w, "timezone", v->timezone);
    json_put_text(&v->w, "from", v->ask->from);
    json_put_text(&v->w, "to", v->ask->to);
    json_put_text(&v->w, "made", now);
    json_put_text(&v->w, "made_by", v->ask->writer);
    json_put_text(&v->w, "software", v->ask->software);
}

static int put_manifest(struct evidence *v) {
    json_put_int(&v->w, "events", v->done.events);
    json_put_int(&v->w, "photos", v->done.photos);
    json_close(&v->w, '}');
    (void)buf_add_text(&v->manifest, "\n");
    return v->manifest.error ? v->manifest.error
                             : pack_put(v->pack, "manifest.json", v->manifest.data, v->manifest.len);
}

/* Who made the pack vouches for all of it. */
static int seal(struct evidence *v) {
    char sums[HASH_TEXT_SIZE];
    uint8_t signature[SIGN_SIZE];
    struct buf text, pem;
    buf_init(&text, SEAL_MAX);
    buf_init(&pem, SEAL_MAX);
    int rc = pack_seal(v->pack, sums);
    if (!rc) rc = buf_addf(&text, "sitelog-pack-v1\n%s/%s/%s\n%s", v->ask->org, v->ask->site, v->ask->writer, sums);
    if (!rc) rc = sign_make(v->secret, text.data, text.len, signature);
    if (!rc) rc = evidence_pem(v->public_key, &pem);
    if (!rc) rc = pack_put(v->pack, "signature/statement.txt", text.data, text.len);
    if (!rc) rc = pack_put(v->pack, "signature/signature.bin", signature, sizeof signature);
    if (!rc) rc = pack_put(v->pack, "signature/key.pem", pem.data, pem.len);
    buf_fini(&text);
    buf_fini(&pem);
    return rc;
}

static int fill(struct evidence *v) {
    begin_manifest(v);
    int rc = evidence_page(v);
    if (!rc) rc = pack_put(v->pack, "HOWTO-VERIFY.txt", evidence_howto, strlen(evidence_howto));
    if (!rc) rc = evidence_chains(v);
    if (!rc) rc = evidence_heads(v);
    if (!rc) rc = evidence_photos(v);
    if (!rc) rc = put_manifest(v);
    return rc ? rc : seal(v);
}

/* In one snapshot: a daemon may go on writing. */
static int make(struct evidence *v) {
    int rc = db_begin_read(v->db);
    if (rc) return err_set(v->e, rc, "the journal cannot be read: %s", db_message(v->db));
    rc = read_site(v);
    if (!rc) rc = read_key(v);
    if (!rc) rc = pack_create(v->ask->path, v->ask->now, &v->pack, v->e);
    if (!rc) {
        rc = fill(v);
        if (rc && !(v->e && v->e->text[0])) (void)pack_error(v->pack, rc, v->e);
    }
    db_rollback(v->db);
    return rc ? rc : pack_finish(v->pack, v->done.sha256, &v->done.bytes, v->e);
}

int evidence_make(struct db *db, const struct evidence_ask *ask, struct evidence_done *out, struct err_text *e) {
    struct err_text own = { 0 };
    struct evidence v = { .db = db, .ask = ask, .from_ms = INT64_MIN, .to_ms = EVIDENCE_WHOLE_TO, .e = e ? e : &own };
    buf_init(&v.manifest, MANIFEST_MAX);
    int rc = make(&v);
    if (rc && !v.e->text[0]) (void)err_set(v.e, rc, "the pack cannot be made: %s", err_name(rc));
    pack_destroy(v.pack);
    tz_destroy(v.tz);
    buf_fini(&v.manifest);
    explicit_bzero(v.secret, sizeof v.secret);
    if (!rc) *out = v.done;
    return rc;
}
