/* SPDX-License-Identifier: MIT */
/* Reads how a line is written in the settings, chooses the driver by the chip's name and passes calls on. */
#include "hal/line.h"

#include "firmware/base/text.h"
#include "hal/line_driver.h"

#include <stdlib.h>
#include <string.h>

enum { OFFSET_MAX = 1023, OFFSET_DIGITS = 4 };

struct line {
    const struct line_driver *driver;
    void *state;
    bool was_on;
};

static const char *const names[] = { [LINE_BUTTON] = "button", [LINE_LAMP] = "lamp", [LINE_BUZZER] = "buzzer" };

/* "17", "17 low" or "17 high". */
static int parse(enum line_use use, const char *chip, const char *text, struct line_spec *out, struct err_text *e) {
    const char *name = names[use];
    if (!*text) return err_set(e, ERR_NOT_FOUND, "no line is set for the %s; set [gpio] %s", name, name);
    if (!*chip) return err_set(e, ERR_NOT_FOUND, "no chip is set for the %s; set [gpio] chip", name);
    char digits[OFFSET_DIGITS + 1] = "";
    size_t n = strspn(text, "0123456789");
    int64_t offset = -1;
    bool low = strcmp(text + n, " low") == 0, high = strcmp(text + n, " high") == 0;
    if (n <= OFFSET_DIGITS) memcpy(digits, text, n);
    if (text_int(digits, 0, OFFSET_MAX, &offset) || (text[n] && !low && !high))
        return err_set(e, ERR_INVALID, "[gpio] %s: '%s' is no line; write its number, and low or high behind it", name,
                       text);
    *out = (struct line_spec){ .chip = chip,
                               .name = name,
                               .offset = (unsigned)offset,
                               .input = use == LINE_BUTTON,
                               .active_low = low || (use == LINE_BUTTON && !high) };
    return 0;
}

static const struct line_driver *driver_of(const char *chip) {
    return text_starts(chip, line_sim_driver.prefix) ? &line_sim_driver : &line_gpiod_driver;
}

int line_open(enum line_use use, const char *chip, const char *line, struct line **out, struct err_text *e) {
    struct line_spec spec;
    int rc = parse(use, chip, line, &spec, e);
    if (rc) return rc;
    struct line *l = calloc(1, sizeof *l);
    if (!l) return err_set(e, ERR_NOMEM, "out of memory for the %s", spec.name);
    l->driver = driver_of(chip);
    rc = l->driver->open(&spec, &l->state, &l->was_on, e);
    if (rc)
        free(l);
    else
        *out = l;
    return rc;
}

void line_close(struct line *line) {
    if (!line) return;
    line->driver->close(line->state);
    free(line);
}

int line_fd(const struct line *line) { return line->driver->fd(line->state); }

bool line_was_on(const struct line *line) { return line->was_on; }

int line_read(struct line *line, struct line_edge *out) { return line->driver->read(line->state, out); }

int line_set(struct line *line, bool on) { return line->driver->set(line->state, on); }

int line_look(enum line_use use, const char *chip, const char *line, struct line_look *out, struct err_text *e) {
    struct line_spec spec;
    int rc = parse(use, chip, line, &spec, e);
    return rc ? rc : driver_of(chip)->look(&spec, out, e);
}
