/* SPDX-License-Identifier: MIT */
/* Takes a request's target apart. Does not resolve "." and "..", and knows no routes. */
#include "app/http/url.h"

#include "firmware/base/text.h"

#include <string.h>

int url_decode(char *text, bool plus) {
    char *out = text;
    for (const char *in = text; *in; in++) {
        uint8_t byte;
        if (*in == '%') {
            if (in[1] == '\0' || in[2] == '\0') return ERR_INVALID;
            char hex[3] = { in[1], in[2], '\0' };
            if (text_unhex(hex, &byte, 1) || byte == 0) return ERR_INVALID;
            in += 2;
        } else {
            byte = plus && *in == '+' ? ' ' : (uint8_t)*in;
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    return text_utf8_valid(text, (size_t)(out - text)) ? 0 : ERR_INVALID;
}

static bool has_escaped_slash(const char *path) {
    for (const char *p = strchr(path, '%'); p; p = strchr(p + 1, '%'))
        if (p[1] == '2' && (p[2] == 'F' || p[2] == 'f')) return true;
    return false;
}

static int add_pair(struct exchange_input *in, char *pair, struct err_text *e) {
    char *value = strchr(pair, '=');
    if (value) *value++ = '\0';
    if (url_decode(pair, true) || (value && url_decode(value, true)))
        return err_set(e, ERR_INVALID, "A query parameter is not UTF-8 text with valid percent escapes.");
    if (!value) value = pair + strlen(pair);
    for (size_t i = 0; i < in->query_count; i++)
        if (strcmp(in->query[i].name, pair) == 0)
            return err_set(e, ERR_INVALID, "A query parameter is given twice; give it once.");
    if (in->query_count == EXCHANGE_QUERY_MAX) return err_set(e, ERR_TOO_BIG, "Too many query parameters.");
    in->query[in->query_count++] = (struct exchange_pair){ .name = pair, .value = value };
    return 0;
}

int url_parse(char *target, const char **path, struct exchange_input *in, struct err_text *e) {
    if (target[0] != '/')
        return err_set(e, ERR_INVALID, "The request's target must be a path that begins with a slash.");
    char *query = strchr(target, '?');
    if (query) *query++ = '\0';
    if (has_escaped_slash(target) || url_decode(target, false))
        return err_set(e, ERR_INVALID, "The path is not UTF-8 text with valid percent escapes.");
    while (query && *query) {
        char *next = strchr(query, '&');
        if (next) *next++ = '\0';
        int r = *query ? add_pair(in, query, e) : 0;
        if (r) return r;
        query = next;
    }
    *path = target;
    return 0;
}

bool url_is_segment(const char *text, size_t n) {
    if (n == 0 || n > 64 || (n == 1 && text[0] == '.') || (n == 2 && text[0] == '.' && text[1] == '.')) return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '_' || c == '-';
        if (!fine) return false;
    }
    return true;
}
