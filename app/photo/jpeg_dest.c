/* SPDX-License-Identifier: MIT */
/* libjpeg's own memory destination leaves its memory behind, or frees it twice, where an encoder breaks off. */
#include "app/photo/jpeg_dest.h"

#include <jerror.h>

static void flush(j_compress_ptr c, size_t n) {
    struct jpeg_dest *dest = (struct jpeg_dest *)(void *)c->dest;
    if (buf_add(dest->out, dest->chunk, n)) ERREXIT(c, JERR_FILE_WRITE);
    dest->base.next_output_byte = dest->chunk;
    dest->base.free_in_buffer = JPEG_DEST_CHUNK;
}

static void init(j_compress_ptr c) {
    struct jpeg_dest *dest = (struct jpeg_dest *)(void *)c->dest;
    dest->base.next_output_byte = dest->chunk;
    dest->base.free_in_buffer = JPEG_DEST_CHUNK;
}

static boolean empty(j_compress_ptr c) {
    flush(c, JPEG_DEST_CHUNK); /* all of it, whatever free_in_buffer says: libjpeg's rule */
    return TRUE;
}

static void term(j_compress_ptr c) { flush(c, JPEG_DEST_CHUNK - c->dest->free_in_buffer); }

void jpeg_dest_set(struct jpeg_compress_struct *c, struct jpeg_dest *dest, struct buf *out) {
    dest->base.init_destination = init;
    dest->base.empty_output_buffer = empty;
    dest->base.term_destination = term;
    dest->out = out;
    c->dest = &dest->base;
}
