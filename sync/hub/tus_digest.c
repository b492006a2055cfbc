/* SPDX-License-Identifier: MIT */
/* The checksum of a PATCH, by libcrypto (SHA-1 because the protocol demands it of every server; it protects against accidents only). */
#include "sync/hub/tus_digest.h"

#include "firmware/base/text.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct tus_digest {
    EVP_MD_CTX *ctx;
    uint8_t want[32];
    size_t size;
};

int tus_digest_create(const char *header, struct tus_digest **out) {
    static const struct {
        const char *prefix;
        size_t size;
    } known[] = { { "sha1 ", 20 }, { "sha256 ", 32 } };
    if (strchr(header, ' ') == NULL) return ERR_INVALID;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(known); i++) {
        if (!text_starts(header, known[i].prefix)) continue;
        struct tus_digest *d = calloc(1, sizeof *d);
        if (d == NULL) return ERR_NOMEM;
        int err = text_unbase64(header + strlen(known[i].prefix), d->want, sizeof d->want, &d->size);
        if (err || d->size != known[i].size) {
            free(d);
            return ERR_INVALID;
        }
        d->ctx = EVP_MD_CTX_new();
        if (d->ctx == NULL || EVP_DigestInit_ex(d->ctx, i == 0 ? EVP_sha1() : EVP_sha256(), NULL) != 1) {
            tus_digest_destroy(d);
            return ERR_NOMEM;
        }
        *out = d;
        return 0;
    }
    return ERR_UNSUPPORTED;
}

void tus_digest_add(struct tus_digest *d, const void *bytes, size_t n) { EVP_DigestUpdate(d->ctx, bytes, n); }

bool tus_digest_matches(struct tus_digest *d) {
    uint8_t got[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    return EVP_DigestFinal_ex(d->ctx, got, &n) == 1 && n == d->size && memcmp(got, d->want, n) == 0;
}

void tus_digest_destroy(struct tus_digest *d) {
    if (d == NULL) return;
    EVP_MD_CTX_free(d->ctx);
    free(d);
}
