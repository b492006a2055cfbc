/* SPDX-License-Identifier: MIT */
/* Chooses a display's driver by the backlight's name and passes calls on. */
#include "hal/display.h"

#include "firmware/base/text.h"
#include "hal/display_driver.h"

#include <stdlib.h>
#include <string.h>

struct display {
    const struct display_driver *driver;
    void *state;
};

/* NULL: none is set. */
static const struct display_driver *driver_of(const char *backlight) {
    if (!*backlight || strcmp(backlight, "none") == 0) return NULL;
    return text_starts(backlight, display_sim_driver.prefix) ? &display_sim_driver : &display_sysfs_driver;
}

static int none_set(struct err_text *e) {
    return err_set(e, ERR_NOT_FOUND, "no backlight is set; set [panel] backlight");
}

int display_open(const struct display_options *o, struct display **out, struct err_text *e) {
    const struct display_driver *driver = driver_of(o->backlight);
    if (!driver) return none_set(e);
    struct display *d = calloc(1, sizeof *d);
    if (!d) return err_set(e, ERR_NOMEM, "out of memory for the display");
    d->driver = driver;
    int rc = driver->open(o, &d->state, e);
    if (rc)
        free(d);
    else
        *out = d;
    return rc;
}

void display_close(struct display *display) {
    if (!display) return;
    (void)!display_wake(display);
    display->driver->close(display->state);
    free(display);
}

int display_fd(const struct display *display) { return display->driver->fd(display->state); }

bool display_touched(struct display *display) { return display->driver->touched(display->state); }

bool display_can_be_touched(const struct display *display) { return display->driver->can_be_touched(display->state); }

int display_dim(struct display *display) { return display->driver->light(display->state, true); }

int display_wake(struct display *display) { return display->driver->light(display->state, false); }

int display_look(const struct display_options *o, struct display_look *out, struct err_text *e) {
    const struct display_driver *driver = driver_of(o->backlight);
    return driver ? driver->look(o, out, e) : none_set(e);
}
