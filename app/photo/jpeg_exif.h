/* SPDX-License-Identifier: MIT */
/* Where a JPEG keeps its Exif block, and the one value in it that pixels need: which way is up. What else it says is exif.h's. Pure. Thread: any. */
#ifndef SITELOG_PHOTO_JPEG_EXIF_H
#define SITELOG_PHOTO_JPEG_EXIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The content of the first Exif APP1 segment: "Exif\0\0" and on, at most 65,533 bytes, within `bytes`. false: there is none. */
bool jpeg_exif_find(const uint8_t *bytes, size_t n, const uint8_t **block, size_t *block_n);

/* Tag 0x0112 of IFD0 in the first Exif APP1 segment: 1-8, and 1 for whatever is absent or malformed. Never fails. */
int jpeg_exif_orientation(const uint8_t *bytes, size_t n);

#endif
