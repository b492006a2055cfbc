/* SPDX-License-Identifier: MIT */
/* libexif reads the directories, and fills in what the standard requires beside (version, resolution, components); thumbnails and makers' notes are
 * none of ours. */
#include "app/photo/exif.h"

#include "app/photo/jpeg_exif.h"

#include <libexif/exif-data.h>
#include <libexif/exif-utils.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The entry of a tag, empty and of n components of a format. Borrowed of data; NULL: no memory. */
static ExifEntry *add(ExifData *data, ExifIfd ifd, ExifTag tag, ExifFormat format, size_t n) {
    ExifMem *mem = exif_mem_new_default();
    ExifEntry *entry = mem ? exif_entry_new_mem(mem) : NULL;
    size_t size = n * exif_format_get_size(format);
    unsigned char *bytes = entry ? exif_mem_alloc(mem, (ExifLong)size) : NULL;
    if (bytes) {
        entry->data = bytes;
        entry->size = (unsigned)size;
        entry->tag = tag;
        entry->components = n;
        entry->format = format;
        exif_content_add_entry(data->ifd[ifd], entry);
    }
    bool there = bytes && entry->parent;
    if (entry) exif_entry_unref(entry); /* the content holds it */
    exif_mem_unref(mem);
    return there ? entry : NULL;
}

static int add_text(ExifData *data, ExifIfd ifd, ExifTag tag, const char *text) {
    size_t n = strlen(text) + 1;
    ExifEntry *entry = add(data, ifd, tag, EXIF_FORMAT_ASCII, n);
    if (!entry) return ERR_NOMEM;
    memcpy(entry->data, text, n);
    return 0;
}

static int add_short(ExifData *data, ExifIfd ifd, ExifTag tag, int value) {
    ExifEntry *entry = add(data, ifd, tag, EXIF_FORMAT_SHORT, 1);
    if (!entry) return ERR_NOMEM;
    exif_set_short(entry->data, exif_data_get_byte_order(data), (ExifShort)value);
    return 0;
}

static int add_long(ExifData *data, ExifIfd ifd, ExifTag tag, uint32_t value) {
    ExifEntry *entry = add(data, ifd, tag, EXIF_FORMAT_LONG, 1);
    if (!entry) return ERR_NOMEM;
    exif_set_long(entry->data, exif_data_get_byte_order(data), value);
    return 0;
}

/* 2.32: offsets of times are younger than what libexif would say. */
static int add_version(ExifData *data) {
    ExifEntry *entry = add(data, EXIF_IFD_EXIF, EXIF_TAG_EXIF_VERSION, EXIF_FORMAT_UNDEFINED, 4);
    if (!entry) return ERR_NOMEM;
    memcpy(entry->data, "0232", 4);
    return 0;
}

/* "2026-11-22T16:04:05.123+08:00" → "2026:11:22 16:04:05" and "+08:00" */
static int add_time(ExifData *data, const char *taken) {
    struct wall at;
    int32_t offset_s = 0;
    char text[CLOCK_TEXT_SIZE], offset[8];
    if (clock_parse(taken, &at, &offset_s) != 0) return ERR_INVALID;
    clock_format(at, offset_s, text);
    text[4] = text[7] = ':';
    text[10] = ' ';
    text[19] = '\0';
    int minutes = abs(offset_s) / 60;
    (void)snprintf(offset, sizeof offset, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60 % 24, minutes % 60);
    int rc = add_text(data, EXIF_IFD_0, EXIF_TAG_DATE_TIME, text);
    if (rc == 0) rc = add_text(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL, text);
    if (rc == 0) rc = add_text(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME, offset);
    return rc ? rc : add_text(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME_ORIGINAL, offset);
}

static int fill(ExifData *data, const struct exif *exif) {
    int rc = add_short(data, EXIF_IFD_0, EXIF_TAG_ORIENTATION, exif->orientation);
    if (rc == 0) rc = add_text(data, EXIF_IFD_0, EXIF_TAG_SOFTWARE, "Sitelog");
    if (rc == 0) rc = add_text(data, EXIF_IFD_0, EXIF_TAG_IMAGE_DESCRIPTION, exif->description);
    if (rc == 0) rc = add_time(data, exif->taken);
    if (rc == 0) rc = add_version(data);
    if (rc == 0) rc = add_short(data, EXIF_IFD_EXIF, EXIF_TAG_COLOR_SPACE, exif->profile ? 0xFFFF : 1);
    if (rc == 0) rc = add_long(data, EXIF_IFD_EXIF, EXIF_TAG_PIXEL_X_DIMENSION, exif->width_px);
    if (rc == 0) rc = add_long(data, EXIF_IFD_EXIF, EXIF_TAG_PIXEL_Y_DIMENSION, exif->height_px);
    return rc;
}

int exif_make(const struct exif *exif, struct buf *out) {
    ExifData *data = exif_data_new();
    unsigned char *bytes = NULL;
    unsigned n = 0;
    if (!data) return ERR_NOMEM;
    exif_data_set_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_set_data_type(data, EXIF_DATA_TYPE_COMPRESSED);
    exif_data_set_byte_order(data, EXIF_BYTE_ORDER_INTEL);
    int rc = fill(data, exif);
    if (rc == 0) {
        exif_data_fix(data);
        exif_data_save_data(data, &bytes, &n);
        rc = bytes && n > 0 ? buf_add(out, bytes, n) : ERR_NOMEM;
    }
    free(bytes);
    exif_data_unref(data);
    return rc;
}

/* ---- reading ---- */

/* A block of 64 KiB can name the same bytes in hundreds of entries, and libexif keeps a copy for each (measured: 16 MB for a maker's notes alone). So
 * there is a budget. An allocator of libexif's is not told who calls; a call never leaves its thread. */
#define READ_MAX_BYTES (1024u * 1024u)
static _Thread_local struct {
    size_t left; /* bytes; what is freed does not come back */
    bool no_memory;
} budget;

static bool spend(size_t size) {
    if (size > budget.left) return false;
    budget.left -= size;
    return true;
}

static void *budget_realloc(void *p, ExifLong size) {
    if (!spend(size)) return NULL;
    void *grown = realloc(p, size);
    if (!grown) budget.no_memory = true;
    return grown;
}

static void *budget_alloc(ExifLong size) { /* libexif counts on zeros */
    if (!spend(size)) return NULL;
    void *p = calloc(1, size);
    if (!p) budget.no_memory = true;
    return p;
}

/* A text's bytes, cut to the room; ends at a NUL or the entry's end. "" where there is none. */
static void get_text(ExifData *data, ExifIfd ifd, int tag, char *out, size_t size) {
    const ExifEntry *entry = exif_content_get_entry(data->ifd[ifd], (ExifTag)tag);
    out[0] = '\0';
    if (!entry || entry->format != EXIF_FORMAT_ASCII || !entry->data) return;
    size_t n = strnlen((const char *)entry->data, entry->size);
    if (n >= size) n = size - 1;
    memcpy(out, entry->data, n);
    out[n] = '\0';
}

/* "2026:11:22 16:04:05", "123" and "+08:00" → "2026-11-22T16:04:05.123+08:00" */
static void get_time(ExifData *data, char out[CLOCK_TEXT_SIZE]) {
    char text[20], fraction[4], offset[8], whole[CLOCK_TEXT_SIZE + 8];
    struct wall at;
    get_text(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL, text, sizeof text);
    get_text(data, EXIF_IFD_EXIF, EXIF_TAG_SUB_SEC_TIME_ORIGINAL, fraction, sizeof fraction);
    get_text(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME_ORIGINAL, offset, sizeof offset);
    if (strlen(text) != 19 || text[4] != ':' || text[7] != ':' || text[10] != ' ') return;
    text[4] = text[7] = '-';
    text[10] = 'T';
    fraction[strspn(fraction, "0123456789")] = '\0';
    int n = snprintf(whole, sizeof whole, "%s%s%s", text, fraction[0] ? "." : "", fraction);
    (void)snprintf(whole + n, sizeof whole - (size_t)n, "%s", "Z");
    if (clock_parse(whole, &at, NULL)) return;
    (void)snprintf(whole + n, sizeof whole - (size_t)n, "%s", offset);
    bool told = (offset[0] == '+' || offset[0] == '-') && clock_parse(whole, &at, NULL) == 0;
    if (!told) whole[n] = '\0';
    memcpy(out, whole, strlen(whole) + 1);
}

/* Degrees, minutes and seconds, as millionths of a degree. letters: of the hemispheres, the positive one first. */
static bool get_degrees(ExifData *data, int tag, int ref_tag, const char *letters, int max, int64_t *out) {
    const ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_GPS], (ExifTag)tag);
    double part[3];
    char ref[3];
    get_text(data, EXIF_IFD_GPS, ref_tag, ref, sizeof ref);
    if (strlen(ref) != 1 || !strchr(letters, ref[0])) return false;
    if (!entry || entry->format != EXIF_FORMAT_RATIONAL || entry->components != 3 || entry->size < 24) return false;
    for (size_t i = 0; i < 3; i++) {
        ExifRational r = exif_get_rational(entry->data + 8 * i, exif_data_get_byte_order(data));
        if (r.denominator == 0) return false;
        part[i] = (double)r.numerator / r.denominator;
    }
    if (part[0] > max || part[1] > 60 || part[2] > 60) return false;
    int64_t udeg = llround((part[0] + part[1] / 60 + part[2] / 3600) * 1e6);
    if (udeg > max * INT64_C(1000000)) return false;
    *out = ref[0] == letters[1] ? -udeg : udeg;
    return true;
}

static void get_place(ExifData *data, struct exif_facts *out) {
    int64_t lat = 0, lon = 0;
    if (!get_degrees(data, EXIF_TAG_GPS_LATITUDE, EXIF_TAG_GPS_LATITUDE_REF, "NS", 90, &lat) ||
        !get_degrees(data, EXIF_TAG_GPS_LONGITUDE, EXIF_TAG_GPS_LONGITUDE_REF, "EW", 180, &lon))
        return;
    out->located = lat != 0 || lon != 0;
    out->lat_udeg = lat;
    out->lon_udeg = lon;
}

int exif_read(const uint8_t *jpeg, size_t n, struct exif_facts *out) {
    struct exif_facts facts = { 0 };
    const uint8_t *block = NULL;
    size_t block_n = 0;
    if (jpeg_exif_find(jpeg, n, &block, &block_n)) {
        budget.left = READ_MAX_BYTES;
        budget.no_memory = false;
        ExifMem *mem = exif_mem_new(budget_alloc, budget_realloc, free);
        ExifData *data = mem ? exif_data_new_mem(mem) : NULL;
        if (data) {
            exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION); /* what is read is not mended */
            exif_data_load_data(data, block, (unsigned)block_n);
            get_time(data, facts.taken);
            get_place(data, &facts);
        }
        exif_data_unref(data);
        exif_mem_unref(mem);
        if (budget.no_memory) return ERR_NOMEM;
    }
    *out = facts;
    return 0;
}
