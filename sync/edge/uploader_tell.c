/* SPDX-License-Identifier: MIT */
/* What the upload thread counts, and what it tells of: whether head office can be reached, and what keeps it from sending. */
#include "sync/edge/uploader_private.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TELL_AFTER 3 /* failures in a row */

void uploader_count(struct uploader *u, uint64_t *which, uint64_t n) {
    pthread_mutex_lock(&u->mutex);
    *which += n;
    pthread_mutex_unlock(&u->mutex);
}

void uploader_reached(struct uploader *u, bool reachable) {
    pthread_mutex_lock(&u->mutex);
    u->counts.reachable = reachable;
    pthread_mutex_unlock(&u->mutex);
}

void uploader_set_trouble(struct uploader *u, const char *text, bool passing) {
    pthread_mutex_lock(&u->mutex);
    text_clip(u->counts.trouble, sizeof u->counts.trouble, text);
    pthread_mutex_unlock(&u->mutex);
    if (passing && u->link_failures < TELL_AFTER) return;
    if (text[0] != '\0' && strcmp(text, u->last_trouble) != 0) log_warn("upload: %s", text);
    if (text[0] == '\0' && u->last_trouble[0] != '\0') log_info("upload: works again");
    text_clip(u->last_trouble, sizeof u->last_trouble, text);
}

void PRINTF_LIKE(2, 3) uploader_trouble(struct uploader *u, const char *format, ...) {
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    uploader_set_trouble(u, text, false);
}

void uploader_changed(struct uploader *u) {
    if (u->options.changed != NULL) u->options.changed(u->options.ctx);
}
