/* SPDX-License-Identifier: MIT */
/* When a photo was taken: three may know, and none for certain. Its client (`taken`), the camera's own word in the file (`exif_taken`), and this
 * program, which knows when it came in. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_PHOTO_TIME_H
#define SITELOG_JOURNAL_PHOTO_TIME_H

#include "app/journal/photo.h"

/* Fills taken, clock and exif_taken of a photo that comes in, all with the site's offset.
 * exif_taken: a local time is the site's. One from before 2000, or more than five minutes after the photo came in by a clock that is right, cannot be
 *   true and is emptied.
 * taken: as given; else exif_taken; else when it came in.
 * clock, where it is not given: `grade`, this program's; but none where taken is the camera's word of more than an hour before it came in: nobody
 *   here knows how that camera's clock was set.
 * now: when it came in, where p->arrived does not say. ERR_INVALID: taken cannot be read. */
MUST_CHECK int photo_time_settle(struct photo *p, const struct tz *tz, const char *grade, struct wall now);

/* The time to show with a photo, borrowed of p: taken; but exif_taken where that is over ten minutes earlier, and how good it is then is none: no
 * picture is younger than its camera says, whenever its file was made. */
void photo_time_shown(const struct photo *p, const char **when, const char **clock);

#endif
