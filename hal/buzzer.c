/* SPDX-License-Identifier: MIT */
/* A line that is switched. */
#include "hal/buzzer.h"

#include "hal/line.h"

#include <stddef.h>

/* A buzzer is its line. */
static struct line *line_of(struct buzzer *buzzer) { return (struct line *)buzzer; }

int buzzer_open(const char *chip, const char *line, struct buzzer **out, struct err_text *e) {
    struct line *l = NULL;
    int rc = line_open(LINE_BUZZER, chip, line, &l, e);
    if (!rc) *out = (struct buzzer *)l;
    return rc;
}

void buzzer_close(struct buzzer *buzzer) {
    if (buzzer) (void)!line_set(line_of(buzzer), false);
    line_close(line_of(buzzer));
}

int buzzer_set(struct buzzer *buzzer, bool on) { return line_set(line_of(buzzer), on); }
