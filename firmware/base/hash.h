/* SPDX-License-Identifier: MIT */
/* SHA-256, Ed25519 and a memory-hard password hash, all by libcrypto. Thread: any. */
#ifndef SITELOG_BASE_HASH_H
#define SITELOG_BASE_HASH_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE      32
#define HASH_TEXT_SIZE 65 /* lower-case hex and NUL */

void hash_sha256(const void *bytes, size_t n, uint8_t out[HASH_SIZE]);
void hash_sha256_text(const void *bytes, size_t n, char out[HASH_TEXT_SIZE]);

/* HMAC-SHA256 (RFC 2104). key and bytes may be empty. */
void hash_hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n, uint8_t out[HASH_SIZE]);

/* Streaming. hash_final ends it and frees it; hash_destroy frees an unfinished one. */
struct hash;
MUST_CHECK int hash_create(struct hash **out);
void hash_update(struct hash *h, const void *bytes, size_t n);
void hash_final(struct hash *h, uint8_t out[HASH_SIZE]);
void hash_destroy(struct hash *h);

#define SIGN_SECRET_SIZE 32
#define SIGN_PUBLIC_SIZE 32
#define SIGN_SIZE        64

MUST_CHECK int sign_make_key(uint8_t secret[SIGN_SECRET_SIZE], uint8_t public_key[SIGN_PUBLIC_SIZE]);
MUST_CHECK int sign_make(const uint8_t secret[SIGN_SECRET_SIZE], const void *bytes, size_t n, uint8_t out[SIGN_SIZE]);
bool sign_check(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes, size_t n,
                const uint8_t signature[SIGN_SIZE]);

/* PIN verifier: scrypt, N=2^15, r=8, p=1 (32 MiB; OWASP Password Storage Cheat Sheet names N=2^15, r=8, p=3; a board has
 * one slow core, so p=1 and a growing lock-out), 16 bytes of salt, printed as "scrypt$15$8$1$<salt hex>$<hash hex>".
 * Blocks about 0.1 s: never on the loop thread. */
#define PIN_VERIFIER_SIZE 160
MUST_CHECK int pin_make(const char *pin, char out[PIN_VERIFIER_SIZE]);
bool pin_check(const char *pin, const char *verifier);

#endif
