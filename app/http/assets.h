/* SPDX-License-Identifier: MIT */
/* The screens' files, compiled in gzipped (app/web/module.mk makes the table). Paths as in URLs: "/panel/index.html"; a folder stands for its
 * index.html, "/" leads to the panel or the office. Pure. Thread: any. */
#ifndef SITELOG_HTTP_ASSETS_H
#define SITELOG_HTTP_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
    const char *path;                 /* "/panel/app.js" */
    const char *type;                 /* media type */
    const char *etag;                 /* with quotes */
    const unsigned char *bytes, *end; /* gzipped */
};

/* Generated: sorted by path, byte-wise. */
extern const struct asset assets_table[];
extern const size_t assets_count;

enum asset_found { ASSET_NONE, ASSET_FILE, ASSET_ELSEWHERE };

/* ASSET_FILE: *out; ASSET_ELSEWHERE: *location is where the client shall go (302). A board has no office; the hub has both. */
enum asset_found assets_find(bool board, const char *path, const struct asset **out, const char **location);

#endif
