/* SPDX-License-Identifier: MIT */
/* What the rest of the program calls, as compositions of the one decoding pass and the encoder. Does not store anything. */
#include "app/photo/jpeg.h"

#include "app/photo/jpeg_core.h"
#include "firmware/base/cleanup.h"

enum { THUMB_QUALITY = 75, THUMB_MAX_PX = 4096 };

int jpeg_peek(const void *bytes, size_t n, struct jpeg_info *out, struct err_text *e) {
    return jpeg_core_decode(bytes, n, JPEG_CORE_HEADER, 0, out, NULL, e);
}

int jpeg_inspect(const void *bytes, size_t n, struct jpeg_info *out, struct err_text *e) {
    return jpeg_core_decode(bytes, n, JPEG_CORE_WALK, 0, out, NULL, e);
}

int jpeg_inspect_and_thumbnail(const void *bytes, size_t n, uint32_t max_px, struct jpeg_info *info, struct buf *out,
                               struct err_text *e) {
    if (max_px < 1 || max_px > THUMB_MAX_PX) {
        return err_set(e, ERR_INVALID, "A thumbnail of %u px was asked for; 1 to %d are possible.", (unsigned)max_px,
                       THUMB_MAX_PX);
    }
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels pixels = { 0 };
    struct jpeg_info found;
    int rc = jpeg_core_decode(bytes, n, JPEG_CORE_PIXELS, max_px, &found, &pixels, e);
    if (rc) return rc;
    rc = jpeg_encode(pixels.rgb, pixels.width_px, pixels.height_px, THUMB_QUALITY, out, e);
    if (rc) return rc;
    if (info) *info = found;
    return 0;
}

int jpeg_thumbnail(const void *bytes, size_t n, uint32_t max_px, struct buf *out, struct err_text *e) {
    return jpeg_inspect_and_thumbnail(bytes, n, max_px, NULL, out, e);
}

int jpeg_decode_scaled(const void *bytes, size_t n, uint32_t long_px, struct jpeg_pixels *out, struct err_text *e) {
    if (long_px < 1) return err_set(e, ERR_INVALID, "A picture of no pixels was asked for.");
    return jpeg_core_decode(bytes, n, JPEG_CORE_PIXELS, long_px, NULL, out, e);
}

void jpeg_pixels_fini(struct jpeg_pixels *pixels) {
    free(pixels->rgb);
    *pixels = (struct jpeg_pixels){ 0 };
}
