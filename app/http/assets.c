/* SPDX-License-Identifier: MIT */
/* Finds a screen's file in the generated table. Sends nothing. */
#include "app/http/assets.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct asset *find(const char *path) {
    size_t low = 0, high = assets_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, assets_table[middle].path);
        if (order == 0) return &assets_table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

enum asset_found assets_find(bool board, const char *path, const struct asset **out, const char **location) {
    char whole[256];
    size_t n = strlen(path);
    if (strcmp(path, "/") == 0 || strcmp(path, "/index.html") == 0 || (board && strcmp(path, "/panel") == 0)) {
        *location = board ? "/panel/" : "/office/";
        return ASSET_ELSEWHERE;
    }
    if (strcmp(path, "/panel") == 0 || (!board && strcmp(path, "/office") == 0)) {
        *location = path[1] == 'p' ? "/panel/" : "/office/";
        return ASSET_ELSEWHERE;
    }
    if (n == 0 || n > sizeof whole - 16 || (board && text_starts(path, "/office/"))) return ASSET_NONE;
    (void)snprintf(whole, sizeof whole, "%s%s", path, path[n - 1] == '/' ? "index.html" : "");
    *out = find(whole);
    return *out ? ASSET_FILE : ASSET_NONE;
}
