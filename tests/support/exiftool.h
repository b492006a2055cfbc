/* SPDX-License-Identifier: MIT */
/* Debian's exiftool (libimage-exiftool-perl): somebody else's opinion of an Exif block. A failure ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_EXIFTOOL_H
#define SITELOG_TESTS_EXIFTOOL_H

#include "firmware/base/buf.h"

/* What it says of a file, one tag a line: "Orientation: 6". Owns: caller; free. */
char *exiftool_read(const struct buf *jpeg, const char *options);

/* Replaces the file by one with these tags: "-Orientation#=6 -DateTimeOriginal='2026:11:22 16:04:05'". */
void exiftool_write(struct buf *jpeg, const char *tags);

#endif
