/* SPDX-License-Identifier: MIT */
/* Reads paths and states what is signed. Draws nothing. */
#include "app/journal/signature.h"

#include <string.h>

/* A number of 1 to 4 digits and at most 2 decimals; NULL: none. */
static const char *number(const char *p, double *out) {
    double value = 0;
    int digits = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++) value = value * 10 + (*p - '0');
    if (digits < 1 || digits > 4) return NULL;
    if (*p == '.') {
        double unit = 0.1;
        int decimals = 0;
        for (p++; *p >= '0' && *p <= '9'; p++, decimals++, unit /= 10) value += unit * (*p - '0');
        if (decimals < 1 || decimals > 2) return NULL;
    }
    *out = value;
    return p;
}

static double lesser(double a, double b) { return a < b ? a : b; }
static double greater(double a, double b) { return a > b ? a : b; }

bool signature_measure(const char *path, struct signature_box *out) {
    double left = 0;
    double top = 0;
    struct signature_box box = { 0 };
    if (*path != 'M' || strlen(path) > SIGNATURE_PATH_MAX) return false;
    while (*path) {
        double x;
        double y;
        if ((*path != 'M' && *path != 'L') || box.points == SIGNATURE_POINTS_MAX) return false;
        path = number(path + 1, &x);
        if (!path || *path != ' ') return false;
        path = number(path + 1, &y);
        if (!path) return false;
        left = box.points ? lesser(left, x) : x;
        top = box.points ? lesser(top, y) : y;
        box.right = greater(box.right, x);
        box.bottom = greater(box.bottom, y);
        box.points++;
    }
    box.width = box.right - left;
    box.height = box.bottom - top;
    *out = box;
    return true;
}

bool signature_is_path(const char *path) {
    struct signature_box box;
    return signature_measure(path, &box);
}

int signature_state(const struct signature_statement *s, struct buf *statement, char sha256[HASH_TEXT_SIZE]) {
    char text[HASH_TEXT_SIZE];
    char path[HASH_TEXT_SIZE] = "-";
    hash_sha256_text(s->text, strlen(s->text), text);
    if (s->path[0]) hash_sha256_text(s->path, strlen(s->path), path);
    int rc = buf_addf(statement, "sitelog-confirmation-v1\n%s/%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s", s->org, s->site,
                      s->subject, s->event, s->amount, text, s->date, s->method, path);
    if (rc == 0) hash_sha256_text(statement->data, statement->len, sha256);
    return rc;
}

bool signature_proves(const char *statement, const char *sha256, const char *path) {
    char hash[HASH_TEXT_SIZE];
    char of_path[HASH_TEXT_SIZE] = "-";
    const char *last = strrchr(statement, '\n');
    hash_sha256_text(statement, strlen(statement), hash);
    if (path[0]) hash_sha256_text(path, strlen(path), of_path);
    return last && strcmp(hash, sha256) == 0 && strcmp(last + 1, of_path) == 0;
}
