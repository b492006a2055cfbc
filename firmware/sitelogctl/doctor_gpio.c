/* SPDX-License-Identifier: MIT */
/* The doctor's look at button, lamp, buzzer and the panel's light. Takes no line and changes no light: the daemon may have them. */
#include "firmware/base/text.h"
#include "firmware/sitelogctl/doctor.h"
#include "hal/display.h"
#include "hal/line.h"

#include <stdio.h>
#include <string.h>

#define HOLDER "sitelog-" /* and the name: what the daemon's lines are held by */

/* "what is wrong; what to do": both halves. */
static void find_wrong(struct doctor *d, const char *check, const struct err_text *e) {
    const char *mend = strstr(e->text, "; ");
    int n = mend ? (int)(mend - e->text) : (int)strlen(e->text);
    doctor_find(d, FINDING_WRONG, check, mend ? mend + 2 : "the daemon's log says more (journalctl -u sitelogd)",
                "%.*s", n, e->text);
}

/* Nobody else has it. Told otherwise. */
static bool is_ours(struct doctor *d, const char *name, const char *line, const struct line_look *look) {
    char holder[40];
    (void)snprintf(holder, sizeof holder, HOLDER "%s", name);
    if (look->holder[0] && strcmp(look->holder, holder) != 0) {
        doctor_find(d, FINDING_WRONG, name, "give it another line, or stop what has this one (gpioinfo)",
                    "line %s of %s is taken by %s", line, d->ctl->board.gpio_chip, look->holder);
        return false;
    }
    if (look->holder[0] || look->simulated || !d->answers) return true;
    doctor_find(d, FINDING_WRONG, name, "the daemon's log says why (journalctl -u sitelogd)",
                "line %s of %s is free, but the daemon has not taken it", line, d->ctl->board.gpio_chip);
    return false;
}

/* Told when it is not well; else what is to be said of it, or nothing where none is set. */
static bool is_well(struct doctor *d, enum line_use use, const char *name, const char *line, const char *without) {
    struct line_look look;
    struct err_text e = { 0 };
    if (!line[0]) {
        doctor_find(d, FINDING_OK, name, "", "none is set%s", without);
        return false;
    }
    if (line_look(use, d->ctl->board.gpio_chip, line, &look, &e)) {
        find_wrong(d, name, &e);
        return false;
    }
    return is_ours(d, name, line, &look);
}

static void check_lines(struct doctor *d) {
    const struct board_conf *b = &d->ctl->board;
    if (is_well(d, LINE_BUTTON, "button", b->gpio_button, "; photos are taken at the panel or by phone")) {
        if (b->camera_device[0])
            doctor_find(d, FINDING_OK, "button", "", "line %s of %s is there", b->gpio_button, b->gpio_chip);
        else
            doctor_find(d, FINDING_WARN, "button", "set [camera] device", "it has no camera to take a photo with");
    }
    if (is_well(d, LINE_LAMP, "lamp", b->gpio_lamp, ""))
        doctor_find(d, FINDING_OK, "lamp", "", "line %s of %s is there", b->gpio_lamp, b->gpio_chip);
    if (is_well(d, LINE_BUZZER, "buzzer", b->gpio_buzzer, "; nothing beeps"))
        doctor_find(d, FINDING_OK, "buzzer", "", "line %s of %s is there; silent: %s", b->gpio_buzzer, b->gpio_chip,
                    b->gpio_buzzer_quiet);
}

static void check_panel(struct doctor *d) {
    const struct board_conf *b = &d->ctl->board;
    const struct display_options o = { .backlight = b->panel_backlight,
                                       .input = b->panel_input,
                                       .dim_percent = (int)b->panel_dim_percent };
    struct display_look look = { 0 };
    struct err_text e = { 0 };
    bool automatic = strcmp(b->panel_backlight, "auto") == 0;
    bool off = b->panel_dim_after_s == 0 || strcmp(b->panel_backlight, "none") == 0;
    int rc = off ? 0 : display_look(&o, &look, &e);
    if (off)
        doctor_find(d, FINDING_OK, "panel", "", "its light is left alone");
    else if (rc == ERR_NOT_FOUND && automatic)
        doctor_find(d, FINDING_OK, "panel", "", "it has no backlight that could be dimmed");
    else if (rc)
        find_wrong(d, "panel", &e);
    else if (look.touches)
        doctor_find(d, FINDING_OK, "panel", "", "%s dims to %d %% after %lld s, and wakes at a touch", look.name,
                    o.dim_percent, (long long)b->panel_dim_after_s);
    else if (look.denied)
        doctor_find(d, FINDING_WRONG, "panel",
                    "install board/udev/70-sitelog.rules and put the daemon's user into the group input",
                    "its touch screen may not be read by this user, and so %s is not dimmed", look.name);
    else
        doctor_find(d, FINDING_WARN, "panel",
                    "connect the touch screen, or name it by [panel] input; [panel] backlight = none leaves it so",
                    "no touch screen is there to wake %s, and so it is not dimmed", look.name);
}

void doctor_gpio_all(struct doctor *d) {
    if (d->ctl->hub) return;
    check_lines(d);
    check_panel(d);
}
