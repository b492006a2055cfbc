/* SPDX-License-Identifier: MIT */
/* Yuan to fen and back. Sums are taken in fen, so that no cent is lost on the way. */
#include "app/journal/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int amount_read(const struct json *n, const char *name, int64_t *fen, struct err_text *e) {
    double yuan = 0;
    if (!json_number(n, &yuan) || fabs(yuan) > AMOUNT_YUAN_MAX || fabs(yuan * 100 - round(yuan * 100)) > 1e-4)
        return err_field(e, ERR_INVALID, name, "%s has to be a number of yuan within ±%d with at most two decimals",
                         name, AMOUNT_YUAN_MAX);
    *fen = (int64_t)llround(yuan * 100);
    return 0;
}

int64_t amount_of(const struct json *n) {
    double yuan = 0;
    if (!json_number(n, &yuan) || fabs(yuan) > AMOUNT_YUAN_MAX) return 0;
    return (int64_t)llround(yuan * 100);
}

void amount_put(struct json_out *w, const char *name, int64_t fen) {
    char text[40];
    int64_t whole = fen < 0 ? -fen : fen;
    (void)snprintf(text, sizeof text, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)(whole / 100),
                   (long long)(whole % 100));
    size_t n = strlen(text);
    if (whole % 100 == 0)
        n -= 3;
    else if (whole % 10 == 0)
        n -= 1;
    json_put_raw(w, name, text, n);
}

int64_t amount_share(int64_t part_fen, int64_t whole_fen) {
    if (whole_fen <= 0) return 0;
    return (int64_t)llround((double)part_fen * 10000 / (double)whole_fen);
}
