/* SPDX-License-Identifier: MIT */
/* The one EXIF value that pixels need: which way is up. Private to app/photo/jpeg*.c. */
#ifndef SITELOG_PHOTO_JPEG_EXIF_H
#define SITELOG_PHOTO_JPEG_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* Tag 0x0112 of IFD0 in the first Exif APP1 segment: 1-8, and 1 for whatever is absent or malformed. Never fails. */
int jpeg_exif_orientation(const uint8_t *bytes, size_t n);

#endif
