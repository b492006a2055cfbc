/* SPDX-License-Identifier: MIT */
/* How a finding is told. */
#include "firmware/sitelogctl/doctor.h"

#include <stdarg.h>
#include <stdio.h>

void doctor_find(struct doctor *d, enum finding finding, const char *check, const char *mend, const char *format, ...) {
    static const char *const states[] = { "ok", "warn", "wrong" }, *const shown[] = { "ok   ", "warn ", "WRONG" };
    char text[600];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->wrong += finding == FINDING_WRONG;
    json_open(&d->w, NULL, '{');
    json_put_text(&d->w, "check", check);
    json_put_text(&d->w, "state", states[finding]);
    json_put_text(&d->w, "text", text);
    json_put_text(&d->w, "mend", mend[0] ? mend : NULL);
    json_close(&d->w, '}');
    ctl_say(d->ctl, "%s %-9s %s\n", shown[finding], check, text);
    if (mend[0]) ctl_say(d->ctl, "                → %s\n", mend);
    if (!d->ctl->json) (void)fflush(stdout); /* the network's checks take their time */
}
