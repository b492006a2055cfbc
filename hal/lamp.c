/* SPDX-License-Identifier: MIT */
/* A line that is switched. */
#include "hal/lamp.h"

#include "hal/line.h"

#include <stddef.h>

/* A lamp is its line. */
static struct line *line_of(struct lamp *lamp) { return (struct line *)lamp; }

int lamp_open(const char *chip, const char *line, struct lamp **out, struct err_text *e) {
    struct line *l = NULL;
    int rc = line_open(LINE_LAMP, chip, line, &l, e);
    if (!rc) *out = (struct lamp *)l;
    return rc;
}

void lamp_close(struct lamp *lamp) {
    if (lamp) (void)!line_set(line_of(lamp), false);
    line_close(line_of(lamp));
}

int lamp_set(struct lamp *lamp, bool on) { return line_set(line_of(lamp), on); }
