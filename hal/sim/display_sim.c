/* SPDX-License-Identifier: MIT */
/* The simulated display: a light that a test reads, and a touch that it writes (hal/display.h). Found at full brightness. */
#include "hal/display_driver.h"

#include "firmware/base/text.h"
#include "hal/sim/sim_dir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "sim:"

struct screen {
    char dir[256];
    int fd, percent, dim_percent;
    struct sim_dir_shown shown;
};

static int faults(const char *dir, struct err_text *e) {
    if (!sim_dir_has(dir, "") || sim_dir_fault(dir, "absent"))
        return err_set(e, ERR_NOT_FOUND, "there is no folder %s, or its file faults says so; make it", dir);
    if (sim_dir_fault(dir, "denied")) return err_set(e, ERR_DENIED, "%s/faults says that this user may not", dir);
    return 0;
}

static void screen_close(void *state) {
    struct screen *s = state;
    if (s->fd >= 0) (void)close(s->fd);
    free(s);
}

static int show(struct screen *s, int percent) {
    if (percent == s->percent) return 0;
    s->percent = percent;
    return sim_dir_show(&s->shown, percent) ? ERR_GONE : 0;
}

static int prepare(struct screen *s, const char *dir, struct err_text *e) {
    if (text_copy(s->dir, sizeof s->dir, dir) || !sim_dir_path(dir, "brightness", s->shown.path))
        return err_set(e, ERR_NOT_FOUND, "the path of the display's folder is too long");
    int rc = sim_dir_fifo(dir, "touch", &s->fd, e);
    if (!rc && show(s, 100)) rc = err_set(e, ERR_IO, "%s cannot be written", s->shown.path);
    return rc;
}

static int screen_open(const struct display_options *o, void **state, struct err_text *e) {
    const char *dir = o->backlight + strlen(PREFIX);
    int rc = faults(dir, e);
    if (rc) return rc;
    struct screen *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, ERR_NOMEM, "out of memory for the display");
    s->fd = s->percent = -1;
    s->dim_percent = o->dim_percent;
    rc = prepare(s, dir, e);
    if (rc)
        screen_close(s);
    else
        *state = s;
    return rc;
}

static int screen_fd(const void *state) { return ((const struct screen *)state)->fd; }

static bool screen_touched(void *state) {
    const struct screen *s = state;
    char bytes[256];
    bool touched = false;
    while (read(s->fd, bytes, sizeof bytes) > 0) touched = true;
    return touched;
}

static bool screen_can_be_touched(const void *state) {
    return !sim_dir_fault(((const struct screen *)state)->dir, "untouchable");
}

static int screen_light(void *state, bool dim) {
    struct screen *s = state;
    return show(s, dim ? s->dim_percent : 100);
}

static int screen_look(const struct display_options *o, struct display_look *out, struct err_text *e) {
    const char *dir = o->backlight + strlen(PREFIX);
    int rc = faults(dir, e);
    if (rc) return rc;
    *out = (struct display_look){ .simulated = true, .touches = sim_dir_fault(dir, "untouchable") ? 0 : 1 };
    text_clip(out->name, sizeof out->name, o->backlight);
    return 0;
}

const struct display_driver display_sim_driver = { PREFIX,         screen_open,           screen_close, screen_fd,
                                                   screen_touched, screen_can_be_touched, screen_light, screen_look };
