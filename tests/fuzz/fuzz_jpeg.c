/* SPDX-License-Identifier: MIT */
/* Whatever bytes come as a photo: inspecting, thumbnail and pixels agree on whether they can be used, a band is laid over it or refused, its Exif is read
 * or not, and nothing breaks. */
#include "app/photo/exif.h"
#include "app/photo/jpeg.h"
#include "app/photo/jpeg_band.h"
#include "firmware/base/cleanup.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

/* Also over what inspection refuses: it must not break. What was sound stays it. */
static void try_band(const uint8_t *bytes, size_t n, bool sound) {
    struct jpeg_band band = { 0 };
    struct jpeg_info info;
    CLEANUP(buf_fini) struct buf out;
    buf_init(&out, (size_t)64 << 20);
    if (jpeg_band_size(bytes, n, 40, &band.width_px, &band.height_px, NULL) != 0) return;
    if ((uint64_t)band.width_px * band.height_px > 4000000) return; /* a wide band: slow, and nothing new */
    CLEANUP(free_ptr) uint8_t *rgb = calloc((size_t)band.width_px * band.height_px, 3);
    demand(rgb != NULL);
    band.rgb = rgb;
    int rc = jpeg_band_lay(bytes, n, &band, &out, NULL);
    demand(rc == 0 || out.len == 0);
    if (rc == 0 && sound) demand(jpeg_inspect(out.data, out.len, &info, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct jpeg_info peeked, inspected, info;
    struct exif_facts facts;
    CLEANUP(buf_fini) struct buf thumb;
    buf_init(&thumb, (size_t)4 << 20);
    int peek = jpeg_peek(bytes, n, &peeked, NULL);
    int inspect = jpeg_inspect(bytes, n, &inspected, NULL);
    int both = jpeg_inspect_and_thumbnail(bytes, n, JPEG_THUMB_PX, &info, &thumb, NULL);
    demand(inspect == both);
    demand(peek == 0 || inspect == peek);
    try_band(bytes, n, inspect == 0);
    demand(exif_read(bytes, n, &facts) == 0);
    if (inspect) {
        demand(thumb.len == 0);
        return 0;
    }
    demand(inspected.width_px == peeked.width_px && inspected.orientation >= 1 && inspected.orientation <= 8);
    demand(inspected.decoder_bytes <= JPEG_DECODER_MAX);
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels pixels = { 0 };
    demand(jpeg_decode_scaled(thumb.data, thumb.len, JPEG_THUMB_PX, &pixels, NULL) == 0);
    demand(pixels.width_px <= JPEG_THUMB_PX && pixels.height_px <= JPEG_THUMB_PX);
    return 0;
}
