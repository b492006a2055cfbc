/* SPDX-License-Identifier: MIT */
/* The kinds of values that settings have. Does not ask whether a file, a host or a device is there: doctor does. */
#include "firmware/conf/conf_value.h"

#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- the forms ---- */

static bool is_name(const char *v) {
    size_t n = strlen(v);
    return n >= 1 && n <= 40 && strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* Is `v` (n bytes) one of "a|b|c"? */
static bool is_choice(const char *choices, const char *v, size_t n) {
    for (const char *p = choices; *p;) {
        size_t len = strcspn(p, "|");
        if (len == n && memcmp(p, v, n) == 0) return true;
        p += len + (p[len] == '|' ? 1 : 0);
    }
    return false;
}

/* "host", "host:port", "[v6]" or "[v6]:port"; *port is -1 where none is given. */
static int split_host(const char *text, char *host, size_t host_size, int *port) {
    const char *start = text, *end;
    if (*text == '[') {
        start++;
        end = strchr(start, ']');
        if (!end || strspn(start, "0123456789abcdefABCDEF:.") != (size_t)(end - start)) return ERR_INVALID;
        text = end + 1;
    } else {
        size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
        end = text = text + n;
    }
    size_t n = (size_t)(end - start);
    int64_t number = -1;
    if (n == 0 || n >= host_size) return ERR_INVALID;
    if (*text == ':') {
        /* text_int would take a sign */
        if (strspn(text + 1, "0123456789") != strlen(text + 1) || text_int(text + 1, 0, 65535, &number))
            return ERR_INVALID;
    } else if (*text != '\0') {
        return ERR_INVALID;
    }
    memcpy(host, start, n);
    host[n] = '\0';
    *port = (int)number;
    return 0;
}

int conf_split_listen(const char *text, char *host, size_t host_size, int *port) {
    char found[256];
    int number;
    if (split_host(text, found, sizeof found, &number) || number < 0) return ERR_INVALID;
    if (text_copy(host, host_size, found)) return ERR_INVALID;
    *port = number;
    return 0;
}

static bool is_listen(const char *v) {
    char host[256];
    int port;
    return conf_split_listen(v, host, sizeof host, &port) == 0;
}

static bool is_place_scheme(const char *scheme, size_t n) {
    return (n == 4 && memcmp(scheme, "file", n) == 0) || (n == 6 && memcmp(scheme, "sqlite", n) == 0);
}

/* scheme://host[:port][/path], or file:DIR and sqlite:DIR. Credentials have keys of their own. */
static bool is_url(const char *v, const char *schemes) {
    size_t n = strcspn(v, ":");
    if (v[n] != ':' || !is_choice(schemes, v, n)) return false;
    const char *rest = v + n + 1;
    if (is_place_scheme(v, n)) return *rest != '\0';
    if (strncmp(rest, "//", 2) != 0 || strpbrk(rest, " \t@")) return false;
    rest += 2;
    char authority[256], host[256];
    int port;
    size_t len = strcspn(rest, "/");
    if (len >= sizeof authority) return false;
    memcpy(authority, rest, len);
    authority[len] = '\0';
    return split_host(authority, host, sizeof host, &port) == 0 && port != 0;
}

static bool is_tz(const char *v) {
    struct tz *tz = NULL;
    if (tz_create(v, &tz, NULL)) return false;
    tz_destroy(tz);
    return true;
}

static bool has_form(const struct conf_key *key, const char *v) {
    int64_t number;
    switch (key->kind) {
    case CONF_TEXT:
    case CONF_PATH:
        return true;
    case CONF_INT:
        return text_int(v, key->min, key->max, &number) == 0;
    case CONF_NAME:
        return is_name(v);
    case CONF_CHOICE:
        return is_choice(key->choices, v, strlen(v));
    case CONF_LISTEN:
        return is_listen(v);
    case CONF_URL:
        return is_url(v, key->choices);
    case CONF_TZ:
        return is_tz(v);
    }
    return false;
}

/* ---- what is allowed, in words ---- */

/* "hub|broker" as "hub or broker", each between `before` and `after`. */
static void list_choices(const struct conf_key *key, char *out, size_t size) {
    size_t used = strlen(out);
    for (const char *p = key->choices; *p && used < size;) {
        int n = (int)strcspn(p, "|");
        bool more = p[n] == '|', last_but_one = more && !strchr(p + n + 1, '|');
        const char *after = "";
        if (key->kind == CONF_URL) after = is_place_scheme(p, (size_t)n) ? ":DIR" : "://HOST[:PORT]";
        int wrote = snprintf(out + used, size - used, "%.*s%s%s", n, p, after,
                             !more          ? ""
                             : last_but_one ? " or "
                                            : ", ");
        if (wrote < 0) return;
        used += (size_t)wrote;
        p += n + (more ? 1 : 0);
    }
}

void conf_value_allowed(const struct conf_key *key, char out[CONF_WHY_SIZE]) {
    const char *empty = key->fallback && !*key->fallback ? ", or nothing" : "";
    char choices[CONF_WHY_SIZE / 2] = "";
    switch (key->kind) {
    case CONF_TEXT:
        snprintf(out, CONF_WHY_SIZE, "text of at most %zu bytes%s", key->size - 1, empty);
        break;
    case CONF_PATH:
        snprintf(out, CONF_WHY_SIZE, "a path of at most %zu bytes%s", key->size - 1, empty);
        break;
    case CONF_NAME:
        snprintf(out, CONF_WHY_SIZE, "1 to 40 of a-z, 0-9 and -%s", empty);
        break;
    case CONF_LISTEN:
        snprintf(out, CONF_WHY_SIZE, "HOST:PORT such as 127.0.0.1:8080 or [::1]:8080, port 0 taking a free one%s",
                 empty);
        break;
    case CONF_TZ:
        snprintf(out, CONF_WHY_SIZE, "a time zone of the tz database such as Asia/Shanghai%s", empty);
        break;
    case CONF_INT:
        snprintf(out, CONF_WHY_SIZE, "a whole number from %lld to %lld%s%s", (long long)key->min, (long long)key->max,
                 key->unit ? " " : "", key->unit ? key->unit : "");
        break;
    case CONF_CHOICE:
    case CONF_URL:
        list_choices(key, choices, sizeof choices);
        snprintf(out, CONF_WHY_SIZE, "%s%s", choices, empty);
        break;
    }
}

/* ---- storing ---- */

static int refused(const struct conf_key *key, const char *value, char why[CONF_WHY_SIZE]) {
    char allowed[CONF_WHY_SIZE], shown[64];
    conf_value_allowed(key, allowed);
    text_clip(shown, sizeof shown, value);
    if (key->secret || strchr(value, '@')) /* what stands before an @ may be a password */
        snprintf(why, CONF_WHY_SIZE, "this value is not allowed; allowed: %.400s", allowed);
    else
        snprintf(why, CONF_WHY_SIZE, "'%s' is not allowed; allowed: %.400s", shown, allowed);
    return ERR_INVALID;
}

static bool has_control(const char *v) {
    for (; *v; v++) {
        if (iscntrl((unsigned char)*v)) return true;
    }
    return false;
}

int conf_value_set(const struct conf_key *key, const char *value, void *settings, char why[CONF_WHY_SIZE]) {
    void *field = (char *)settings + key->offset;
    if (has_control(value) || !text_utf8_valid(value, strlen(value))) {
        snprintf(why, CONF_WHY_SIZE, "control characters, or no UTF-8; allowed: text");
        return ERR_INVALID;
    }
    if (key->secret && strcmp(value, CONF_SECRET_SHOWN) == 0) {
        snprintf(why, CONF_WHY_SIZE, "this is what --print shows in place of a secret; write the secret itself");
        return ERR_INVALID;
    }
    if (key->kind == CONF_INT) {
        int64_t number;
        if (text_int(value, key->min, key->max, &number)) return refused(key, value, why);
        memcpy(field, &number, sizeof number);
        return 0;
    }
    bool empty_is_fine = key->fallback && !*key->fallback;
    if (*value == '\0' ? !empty_is_fine : !has_form(key, value)) return refused(key, value, why);
    if (strlen(value) >= key->size) {
        snprintf(why, CONF_WHY_SIZE, "it has %zu bytes; at most %zu are allowed", strlen(value), key->size - 1);
        return ERR_INVALID;
    }
    const char *reason = *value && key->refuse ? key->refuse(value) : NULL;
    if (reason) {
        snprintf(why, CONF_WHY_SIZE, "%.500s", reason);
        return ERR_INVALID;
    }
    return text_copy(field, key->size, value);
}
