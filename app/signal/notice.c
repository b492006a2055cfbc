/* SPDX-License-Identifier: MIT */
/* Which rhythm goes with which state. Reads nothing itself. */
#include "app/signal/notice.h"

bool notice_alert(const struct notice *n) { return n->rejected || n->camera_down || n->standing || n->disk_low; }

bool notice_raised(const struct notice *before, const struct notice *now) {
    return (now->rejected && !before->rejected) || (now->camera_down && !before->camera_down) ||
           (now->standing && !before->standing) || (now->disk_low && !before->disk_low);
}

enum rhythm notice_lamp(const struct notice *n) {
    if (notice_alert(n)) return RHYTHM_FAST;
    return n->unsent ? RHYTHM_SLOW : RHYTHM_STEADY;
}

bool notice_may_sound(const struct hours *quiet, const struct tz *tz, struct wall now, bool clock_known) {
    if (quiet->from_min == quiet->to_min) return true;
    return clock_known && !hours_within(quiet, tz, now);
}
