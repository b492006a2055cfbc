/* SPDX-License-Identifier: MIT */
/* Identifiers. A UUIDv7 here orders by its millisecond only; order within one comes from the journal, not from ids. */
#include "firmware/base/ids.h"

#include "firmware/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void ids_random(void *out, size_t n) {
    uint8_t *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) abort();
        p += got;
        n -= (size_t)got;
    }
}

void ids_make(struct wall at, char out[ID_SIZE]) {
    uint8_t id[16];
    char hex[33];
    uint64_t ms = at.ms > 0 ? (uint64_t)at.ms : 0;
    ids_random(id + 6, 10);
    for (size_t i = 0; i < 6; i++) id[i] = (uint8_t)(ms >> (40 - 8 * i));
    id[6] = (uint8_t)(0x70 | (id[6] & 0x0f));
    id[8] = (uint8_t)(0x80 | (id[8] & 0x3f));
    text_hex(id, 16, hex);
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) *out++ = '-';
        *out++ = hex[i];
    }
    *out = '\0';
}

bool ids_is_uuid7(const char *text) {
    for (size_t i = 0; i < ID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !hex) return false;
    }
    return text[ID_SIZE - 1] == '\0' && text[14] == '7' && strchr("89ab", text[19]);
}

static bool is_of(const char *text, const char *alphabet) {
    size_t n = strspn(text, alphabet);
    return n >= 1 && n < NAME_SIZE && text[n] == '\0';
}

bool ids_is_name(const char *text) { return is_of(text, "abcdefghijklmnopqrstuvwxyz0123456789-"); }

bool ids_is_key(const char *text) {
    return is_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}
