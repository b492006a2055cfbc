/* SPDX-License-Identifier: MIT */
/* Sessions: the index in memory, cookies and tokens. The table is in session_table.c; signing in is route_session.c. */
#include "app/http/session.h"

#include "app/http/looks.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256

struct entry {
    struct entry *next;
    struct session_row row;
};

struct person {
    struct person *next;
    char id[41], name[128];
    enum role role;
    bool active;
};

struct sessions {
    struct entry *buckets[BUCKETS]; /* by the hash's first byte */
    struct person *people;
    struct looks looks;
};

int sessions_create(struct sessions **out) {
    struct sessions *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    looks_init(&s->looks);
    *out = s;
    return 0;
}

void sessions_destroy(struct sessions *s) {
    if (!s) return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (s->buckets[i]) {
            struct entry *e = s->buckets[i];
            s->buckets[i] = e->next;
            free(e);
        }
    }
    while (s->people) {
        struct person *p = s->people;
        s->people = p->next;
        free(p);
    }
    looks_fini(&s->looks);
    free(s);
}

struct looks *sessions_looks(struct sessions *s) {
    return &s->looks;
}

void sessions_end(struct sessions *s, const char *user) {
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry **at = &s->buckets[i]; *at;) {
            struct entry *e = *at;
            if (strcmp(e->row.user, user) != 0) {
                at = &e->next;
                continue;
            }
            *at = e->next;
            free(e);
        }
    }
}

/* ---- people ---- */

static struct person *find_person(const struct sessions *s, const char *id) {
    struct person *p = s->people;
    while (p && strcmp(p->id, id) != 0) p = p->next;
    return p;
}

int sessions_person(struct sessions *s, const char *user, const char *name, enum role role, bool active) {
    struct person *p = find_person(s, user);
    if (!p) {
        if (strlen(user) >= sizeof p->id) return ERR_INVALID;
        p = calloc(1, sizeof *p);
        if (!p) return ERR_NOMEM;
        memcpy(p->id, user, strlen(user) + 1);
        p->next = s->people;
        s->people = p;
    }
    text_clip(p->name, sizeof p->name, name);
    p->role = role;
    p->active = active;
    if (!active) sessions_end(s, user);
    return 0;
}

/* ---- the index ---- */

static struct entry **bucket_of(struct sessions *s, const char *hash) {
    uint8_t byte = 0;
    if (text_unhex((char[3]){ hash[0], hash[1], '\0' }, &byte, 1)) byte = 0;
    return &s->buckets[byte];
}

void sessions_remove(struct sessions *s, const char *hash) {
    struct entry **at = bucket_of(s, hash);
    while (*at && strcmp((*at)->row.hash, hash) != 0) at = &(*at)->next;
    if (!*at) return;
    struct entry *e = *at;
    *at = e->next;
    free(e);
}

/* As session_insert does with the table. */
static void drop_oldest(struct sessions *s, const char *user) {
    const struct entry *oldest = NULL;
    size_t count = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct entry *e = s->buckets[i]; e; e = e->next) {
            if (strcmp(e->row.user, user) != 0) continue;
            count++;
            if (!oldest || e->row.created_ms < oldest->row.created_ms) oldest = e;
        }
    }
    if (count < SESSION_PER_PERSON) return;
    char hash[HASH_TEXT_SIZE];
    memcpy(hash, oldest->row.hash, sizeof hash);
    sessions_remove(s, hash);
}

int sessions_add(struct sessions *s, const struct session_row *row) {
    const struct person *p = find_person(s, row->user);
    if (p && !p->active) return 0; /* ended while the program was not running */
    struct entry *e = calloc(1, sizeof *e);
    if (!e) return ERR_NOMEM;
    sessions_remove(s, row->hash);
    drop_oldest(s, row->user);
    struct entry **bucket = bucket_of(s, row->hash);
    e->row = *row;
    e->next = *bucket;
    *bucket = e;
    return 0;
}

/* The value of our cookie; false where it is not there or of another form. */
static bool cookie_value(const char *header, char out[SESSION_TOKEN_SIZE]) {
    for (const char *p = header; p && *p;) {
        while (*p == ' ' || *p == ';') p++;
        size_t n = strcspn(p, ";");
        if (text_starts(p, SESSION_COOKIE "=") && n == strlen(SESSION_COOKIE "=") + SESSION_TOKEN_SIZE - 1) {
            memcpy(out, p + strlen(SESSION_COOKIE "="), SESSION_TOKEN_SIZE - 1);
            out[SESSION_TOKEN_SIZE - 1] = '\0';
            return true;
        }
        p += n;
    }
    return false;
}

bool sessions_find(struct sessions *s, const char *cookie_header, struct wall now, struct exchange_user *out) {
    char token[SESSION_TOKEN_SIZE], hash[HASH_TEXT_SIZE];
    if (!cookie_value(cookie_header, token)) return false;
    hash_sha256_text(token, strlen(token), hash);
    const struct entry *e = *bucket_of(s, hash);
    while (e && !text_equal_secret(e->row.hash, hash)) e = e->next;
    if (!e || now.ms >= e->row.expires_ms) return false;
    const struct person *p = find_person(s, e->row.user);
    if (!p || !p->active || p->role == ROLE_NONE) return false;
    *out = (struct exchange_user){ .role = p->role };
    memcpy(out->id, p->id, sizeof out->id);
    memcpy(out->name, p->name, sizeof out->name);
    memcpy(out->session, hash, sizeof hash);
    session_csrf(token, out->csrf);
    return true;
}

/* ---- tokens ---- */

static void token_of(const uint8_t bytes[32], char out[SESSION_TOKEN_SIZE]) {
    char text[48];
    (void)!text_base64(bytes, 32, text, sizeof text);
    text[SESSION_TOKEN_SIZE - 1] = '\0'; /* without its '=' */
    for (char *p = text; *p; p++) *p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
    memcpy(out, text, SESSION_TOKEN_SIZE);
}

void session_make(const char *user, struct wall now, char token[SESSION_TOKEN_SIZE], struct session_row *row) {
    uint8_t bytes[32];
    ids_random(bytes, sizeof bytes);
    token_of(bytes, token);
    *row = (struct session_row){ .created_ms = now.ms, .expires_ms = now.ms + (int64_t)SESSION_DAYS * 86400 * 1000 };
    hash_sha256_text(token, strlen(token), row->hash);
    text_clip(row->user, sizeof row->user, user);
}

void session_csrf(const char *token, char out[HASH_TEXT_SIZE]) {
    char text[SESSION_TOKEN_SIZE + 16];
    int n = snprintf(text, sizeof text, "csrf\n%s", token);
    hash_sha256_text(text, (size_t)n, out);
}

void session_cookie(const char *token, bool secure, char *out, size_t out_size) {
    (void)snprintf(out, out_size, SESSION_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                   token ? token : "", token ? SESSION_DAYS * 86400 : 0, secure ? "; Secure" : "");
}
