/* SPDX-License-Identifier: MIT */
/* A line that is read. Does not debounce: app/signal/press.h does. */
#include "hal/button.h"

#include "hal/line.h"

#include <stddef.h>

/* A button is its line. */
static struct line *line_of(struct button *button) { return (struct line *)button; }

int button_open(const char *chip, const char *line, struct button **out, bool *held, struct err_text *e) {
    struct line *l = NULL;
    int rc = line_open(LINE_BUTTON, chip, line, &l, e);
    if (rc) return rc;
    *held = line_was_on(l);
    *out = (struct button *)l;
    return 0;
}

void button_close(struct button *button) { line_close(line_of(button)); }

int button_fd(const struct button *button) { return line_fd((const struct line *)button); }

int button_read(struct button *button, struct button_edge *out) {
    struct line_edge edge;
    int rc = line_read(line_of(button), &edge);
    if (!rc) *out = (struct button_edge){ edge.on, edge.at_us };
    return rc;
}
