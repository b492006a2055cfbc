/* SPDX-License-Identifier: MIT */
/* SHA-256, Ed25519 and PIN verifiers, all computed by libcrypto. Where a header promises that a function cannot fail,
 * a failure of libcrypto (no memory, a crippled build) ends the program: going on with a wrong hash would be worse. */
#include "firmware/base/hash.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hash {
    EVP_MD_CTX *ctx;
};

void hash_sha256(const void *bytes, size_t n, uint8_t out[HASH_SIZE]) {
    unsigned size = 0;
    if (EVP_Digest(bytes, n, out, &size, EVP_sha256(), NULL) != 1 || size != HASH_SIZE) abort();
}

void hash_sha256_text(const void *bytes, size_t n, char out[HASH_TEXT_SIZE]) {
    uint8_t digest[HASH_SIZE];
    hash_sha256(bytes, n, digest);
    text_hex(digest, sizeof digest, out);
}

void hash_hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n, uint8_t out[HASH_SIZE]) {
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key_n ? key : "", (int)key_n, n ? bytes : (const uint8_t *)"", n, out, &size) ||
        size != HASH_SIZE)
        abort();
}

int hash_create(struct hash **out) {
    struct hash *h = malloc(sizeof *h);
    if (!h) return ERR_NOMEM;
    h->ctx = EVP_MD_CTX_new();
    if (!h->ctx || EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1) {
        hash_destroy(h);
        return ERR_NOMEM;
    }
    *out = h;
    return 0;
}

void hash_update(struct hash *h, const void *bytes, size_t n) {
    if (EVP_DigestUpdate(h->ctx, bytes, n) != 1) abort();
}

void hash_final(struct hash *h, uint8_t out[HASH_SIZE]) {
    unsigned size = 0;
    if (EVP_DigestFinal_ex(h->ctx, out, &size) != 1 || size != HASH_SIZE) abort();
    hash_destroy(h);
}

void hash_destroy(struct hash *h) {
    if (!h) return;
    EVP_MD_CTX_free(h->ctx);
    free(h);
}

static void free_key(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void free_ctx(EVP_MD_CTX **ctx) { EVP_MD_CTX_free(*ctx); }

int sign_make_key(uint8_t secret[SIGN_SECRET_SIZE], uint8_t public_key[SIGN_PUBLIC_SIZE]) {
    uint8_t seed[SIGN_SECRET_SIZE];
    uint8_t derived[SIGN_PUBLIC_SIZE];
    size_t size = sizeof derived;
    ids_random(seed, sizeof seed); /* RFC 8032: the secret key is any 32 random bytes */
    CLEANUP(free_key) EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    int r = !key || EVP_PKEY_get_raw_public_key(key, derived, &size) != 1 || size != sizeof derived ? ERR_NOMEM : 0;
    if (r == 0) {
        memcpy(secret, seed, sizeof seed);
        memcpy(public_key, derived, sizeof derived);
    }
    OPENSSL_cleanse(seed, sizeof seed);
    return r;
}

int sign_make(const uint8_t secret[SIGN_SECRET_SIZE], const void *bytes, size_t n, uint8_t out[SIGN_SIZE]) {
    uint8_t signature[SIGN_SIZE];
    size_t size = sizeof signature;
    CLEANUP(free_key) EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, SIGN_SECRET_SIZE);
    CLEANUP(free_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!key || !ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1) return ERR_NOMEM;
    if (EVP_DigestSign(ctx, signature, &size, bytes, n) != 1 || size != sizeof signature) return ERR_NOMEM;
    memcpy(out, signature, sizeof signature);
    return 0;
}

bool sign_check(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes, size_t n,
                const uint8_t signature[SIGN_SIZE]) {
    CLEANUP(free_key) EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SIGN_PUBLIC_SIZE);
    CLEANUP(free_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!key || !ctx || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) != 1) return false;
    return EVP_DigestVerify(ctx, signature, SIGN_SIZE, bytes, n) == 1;
}

#define PIN_LOG_N     15
#define PIN_R         8
#define PIN_P         1
#define PIN_SALT_SIZE 16
#define PIN_KEY_SIZE  32
#define PIN_MAX_BYTES (UINT64_C(160) << 20) /* a verifier that asks for more than this is not ours */

struct pin {
    unsigned log_n;
    unsigned r;
    unsigned p;
    uint8_t salt[PIN_SALT_SIZE];
    uint8_t key[PIN_KEY_SIZE];
};

static int derive(const struct pin *pin, const char *text, uint8_t out[PIN_KEY_SIZE]) {
    int ok = EVP_PBE_scrypt(text, strlen(text), pin->salt, sizeof pin->salt, UINT64_C(1) << pin->log_n, pin->r, pin->p,
                            PIN_MAX_BYTES, out, PIN_KEY_SIZE);
    return ok == 1 ? 0 : ERR_NOMEM;
}

int pin_make(const char *pin, char out[PIN_VERIFIER_SIZE]) {
    struct pin made = { .log_n = PIN_LOG_N, .r = PIN_R, .p = PIN_P };
    char salt[2 * PIN_SALT_SIZE + 1];
    char key[2 * PIN_KEY_SIZE + 1];
    ids_random(made.salt, sizeof made.salt);
    int r = derive(&made, pin, made.key);
    if (r) return r;
    text_hex(made.salt, sizeof made.salt, salt);
    text_hex(made.key, sizeof made.key, key);
    (void)snprintf(out, PIN_VERIFIER_SIZE, "scrypt$%u$%u$%u$%s$%s", made.log_n, made.r, made.p, salt, key);
    OPENSSL_cleanse(&made, sizeof made);
    return 0;
}

static bool parse_verifier(const char *verifier, struct pin *out) {
    char salt[2 * PIN_SALT_SIZE + 1];
    char key[2 * PIN_KEY_SIZE + 1];
    char rest = 0;
    if (sscanf(verifier, "scrypt$%2u$%2u$%2u$%32[0-9a-f]$%64[0-9a-f]%c", &out->log_n, &out->r, &out->p, salt, key,
               &rest) != 5)
        return false;
    if (out->log_n < 1 || out->log_n > 20 || out->r < 1 || out->r > 32 || out->p < 1 || out->p > 16) return false;
    return text_unhex(salt, out->salt, sizeof out->salt) == 0 && text_unhex(key, out->key, sizeof out->key) == 0;
}

bool pin_check(const char *pin, const char *verifier) {
    struct pin stored = { 0 };
    uint8_t key[PIN_KEY_SIZE];
    if (!parse_verifier(verifier, &stored) || derive(&stored, pin, key) != 0) return false;
    bool same = CRYPTO_memcmp(key, stored.key, sizeof key) == 0;
    OPENSSL_cleanse(key, sizeof key);
    return same;
}
