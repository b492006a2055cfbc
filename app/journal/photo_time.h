/* SPDX-License-Identifier: MIT */
/* When a photo was taken: three may know, and none for certain. Its client (`taken`), the camera's own word in the file (`exif_taken`), and this
 * program, which knows when it came in. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_PHOTO_TIME_H
#define SITELOG_JOURNAL_PHOTO_TIME_H

#include "app/journal/photo.h"

/* Within this of when the photo came in, another clock agrees with this program's: phones' do not agree to the second, and an upload takes its time. */
#define PHOTO_TIME_AGREES_MS (INT64_C(5) * 60000)

/* Fills taken, clock, exif_taken and taken_said of a photo that comes in, all but the last with the site's offset.
 * What another clock says, a client's or a camera's, cannot be true where it is from before 2000, or later than the photo came in by a clock that is
 * right. No photo is lost for that: it goes by what is known otherwise.
 * exif_taken: a local time is the site's; emptied where it cannot be true.
 * taken: as given, where that can be true; else exif_taken; else when it came in.
 * taken_said: taken as it was given, where that cannot be true; else emptied.
 * clock: as given, or `grade`, this program's; but none where taken is another clock's word that does not agree with when it came in: nobody here knows
 *   how that clock was set.
 * now: when it came in, where p->arrived does not say. ERR_INVALID: taken cannot be read. */
MUST_CHECK int photo_time_settle(struct photo *p, const struct tz *tz, const char *grade, struct wall now);

/* The time to show with a photo, borrowed of p: taken; but exif_taken where that is over ten minutes earlier, and how good it is then is none: no
 * picture is younger than its camera says, whenever its file was made. */
void photo_time_shown(const struct photo *p, const char **when, const char **clock);

/* Is the time to show the word of a phone or a camera, borne out by no clock of this system? Where it is none of these, but not to be relied on, the
 * board's own clock was not set. at: when the photo was recorded. */
bool photo_time_claimed(const struct photo *p, const char *at);

#endif
