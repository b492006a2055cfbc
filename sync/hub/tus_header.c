/* SPDX-License-Identifier: MIT */
/* Parsing of tus headers. What an upload may be is said here for its metadata; its length is tus.c's business. */
#include "sync/hub/tus_header.h"

#include "firmware/base/text.h"

#include <ctype.h>
#include <string.h>

int tus_header_number(const char *text, int64_t *out) {
    if (text == NULL || text[0] < '0' || text[0] > '9') return ERR_INVALID; /* no sign */
    return text_int(text, 0, INT64_C(1) << 53, out);
}

/* ---- metadata ---- */

enum key { KEY_BOARD, KEY_PHOTO, KEY_SHA256, KEY_FILETYPE, KEY_VARIANT, KEY_COUNT };
static const char *const key_names[KEY_COUNT] = { "board", "photo", "sha256", "filetype", "variant" };

/* RFC 2045's type/subtype, without parameters. */
static bool is_media_type(const char *text) {
    size_t slashes = 0, n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '/')
            slashes++;
        else if (!isalnum((unsigned char)text[i]) && strchr(".+-_", text[i]) == NULL)
            return false;
    }
    return slashes == 1 && text[0] != '/' && text[n - 1] != '/';
}

static int take(enum key key, const char *value, struct tus_upload *u, struct err_text *e) {
    switch (key) {
    case KEY_BOARD:
        if (!ids_is_name(value) || strcmp(value, "hub") == 0 || text_copy(u->board, sizeof u->board, value) != 0)
            return err_field(e, ERR_INVALID, "board", "board must be a board's id");
        return 0;
    case KEY_PHOTO: /* a hint: another form is as good as none */
        if (ids_is_uuid7(value)) return text_copy(u->photo, sizeof u->photo, value);
        return 0;
    case KEY_SHA256:
        if (!text_is_hex(value, 64) || text_copy(u->sha256, sizeof u->sha256, value) != 0)
            return err_field(e, ERR_INVALID, "sha256", "sha256 must be 64 lower-case hex digits");
        return 0;
    case KEY_FILETYPE:
        if (!is_media_type(value) || text_copy(u->filetype, sizeof u->filetype, value) != 0)
            return err_field(e, ERR_INVALID, "filetype", "filetype must be a media type such as image/jpeg");
        return 0;
    case KEY_VARIANT:
        if (strcmp(value, "thumb") != 0 && strcmp(value, "original") != 0)
            return err_field(e, ERR_INVALID, "variant", "variant must be thumb or original");
        u->thumb = value[0] == 't';
        return 0;
    case KEY_COUNT:
        break;
    }
    return ERR_INVALID;
}

/* One "key value" of the list, NUL-ended, in place. */
static int pair(char *text, unsigned *seen, struct tus_upload *u, struct err_text *e) {
    while (*text == ' ') text++;
    char *value = strchr(text, ' ');
    if (value != NULL) *value++ = '\0';
    if (*text == '\0') return err_field(e, ERR_INVALID, "Upload-Metadata", "a key is empty");
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c >= 0x7f) return err_field(e, ERR_INVALID, "Upload-Metadata", "a key is not ASCII");
    size_t n = 0;
    uint8_t decoded[256] = { 0 };
    if (value != NULL && text_unbase64(value, decoded, sizeof decoded - 1, &n) != 0)
        return err_field(e, ERR_INVALID, "Upload-Metadata", "the value of %.40s is not base64, or is too long", text);
    decoded[n] = '\0';
    for (int key = 0; key < KEY_COUNT; key++) {
        if (strcmp(text, key_names[key]) != 0) continue;
        if (*seen & 1u << key) return err_field(e, ERR_INVALID, text, "%s is there twice", text);
        if (memchr(decoded, '\0', n) != NULL) return err_field(e, ERR_INVALID, text, "%s holds a NUL", text);
        *seen |= 1u << key;
        return take((enum key)key, (const char *)decoded, u, e);
    }
    return 0;
}

int tus_header_metadata(const char *text, struct tus_upload *u, struct err_text *e) {
    char list[TUS_METADATA_SIZE], *rest = list;
    unsigned seen = 0;
    if (text == NULL)
        return err_field(e, ERR_INVALID, "Upload-Metadata", "Upload-Metadata must say board, sha256 and variant");
    if (text_copy(list, sizeof list, text) != 0)
        return err_field(e, ERR_TOO_BIG, "Upload-Metadata", "Upload-Metadata may be %d bytes at most",
                         TUS_METADATA_SIZE - 1);
    int copied = text_copy(u->metadata, sizeof u->metadata, text);
    if (!copied) copied = text_copy(u->filetype, sizeof u->filetype, "image/jpeg");
    if (copied) return copied;
    while (rest != NULL) {
        char *one = strsep(&rest, ",");
        int err = pair(one, &seen, u, e);
        if (err) return err;
    }
    static const enum key needed[] = { KEY_BOARD, KEY_SHA256, KEY_VARIANT };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(needed); i++)
        if (!(seen & 1u << needed[i]))
            return err_field(e, ERR_INVALID, key_names[needed[i]], "%s is missing", key_names[needed[i]]);
    return 0;
}
