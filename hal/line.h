/* SPDX-License-Identifier: MIT */
/* One line of a GPIO chip, as the settings name it: for hal/button.c, hal/lamp.c and hal/buzzer.c, and for the doctor, who looks at a line
 * without taking it. The chip's name chooses the driver: "gpiochip0" or a chip's label ("pinctrl-rp1") the kernel's, "sim:DIR" the simulated one.
 * The line is its number on the chip, and where the wiring is not the usual one " low" or " high" behind it: the level at which button, lamp or
 * buzzer is on. A button is wired to ground (low; the pin's own pull-up is switched on), lamp and buzzer are on when the pin is high.
 * Thread: all calls on one line from one thread; nothing blocks. */
#ifndef SITELOG_HAL_LINE_H
#define SITELOG_HAL_LINE_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum line_use { LINE_BUTTON, LINE_LAMP, LINE_BUZZER };

struct line;
struct line_edge {
    bool on;
    int64_t at_us; /* CLOCK_MONOTONIC, as uv_hrtime() / 1000 */
};

/* Takes the line until line_close; lamp and buzzer are off then. The kernel's driver names the holder "sitelog-lamp" and so on.
 * Errors: ERR_NOT_FOUND (no such chip or line; or chip or line is ""), ERR_INVALID (no line is written so), ERR_DENIED (not open to this user),
 * ERR_BUSY (somebody else has it), ERR_IO. *e says how to mend it. Owns: caller; line_close takes NULL. */
MUST_CHECK int line_open(enum line_use use, const char *chip, const char *line, struct line **out, struct err_text *e);
void line_close(struct line *line);

/* Of a button. fd: readable when there are edges. line_read: the next edge, oldest first; where the kernel's queue ran over, the last one tells
 * how it stands now. ERR_TIMEOUT: no more; ERR_GONE: close it and open it again later. */
int line_fd(const struct line *line);
bool line_was_on(const struct line *line); /* when it was opened */
MUST_CHECK int line_read(struct line *line, struct line_edge *out);

/* Of a lamp or buzzer. ERR_GONE. */
MUST_CHECK int line_set(struct line *line, bool on);

struct line_look {
    bool simulated;
    char holder[32]; /* who has taken it; "" : nobody */
};

/* Errors: as line_open, but for ERR_BUSY. */
MUST_CHECK int line_look(enum line_use use, const char *chip, const char *line, struct line_look *out,
                         struct err_text *e);

/* The simulated chip's DIR holds:
 *   button       a FIFO; each line written to it is an edge: "1" pressed or "0" released, now, or with " MS" behind it so many milliseconds
 *                after the edge before
 *   held         where it is there, the button was pressed when it was opened
 *   lamp buzzer  the last changes, newest at the end, each a line "MS 0" or "MS 1" with MS monotonic milliseconds
 *   faults       words, one a line: "absent" (no such chip; taken lines say ERR_GONE), "denied", "busy" */
#endif
