/* SPDX-License-Identifier: MIT */
/* Whatever bytes come as a photo: inspecting, thumbnail and pixels agree on whether they can be used, and nothing breaks. */
#include "app/photo/jpeg.h"
#include "firmware/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct jpeg_info peeked, inspected, info;
    CLEANUP(buf_fini) struct buf thumb;
    buf_init(&thumb, (size_t)4 << 20);
    int peek = jpeg_peek(bytes, n, &peeked, NULL);
    int inspect = jpeg_inspect(bytes, n, &inspected, NULL);
    int both = jpeg_inspect_and_thumbnail(bytes, n, JPEG_THUMB_PX, &info, &thumb, NULL);
    demand(inspect == both);
    demand(peek == 0 || inspect == peek);
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
