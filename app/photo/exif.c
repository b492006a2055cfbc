/* SPDX-License-Identifier: MIT */
/* libexif fills in what the standard requires beside (version, resolution, components); thumbnails and makers' notes are none of ours. */
#include "app/photo/exif.h"

#include "firmware/base/clock.h"

#include <libexif/exif-data.h>
#include <libexif/exif-utils.h>
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
