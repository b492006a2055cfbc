/* SPDX-License-Identifier: MIT */
/* Backlights as the kernel shows them in /sys/class/backlight: brightness, max_brightness, bl_power. Touch is touch_evdev.c's business. */
#include "hal/display_driver.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "hal/linux/touch_evdev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512, POWER_ON = 0, POWER_OFF = 4 }; /* FB_BLANK_UNBLANK, FB_BLANK_POWERDOWN */

struct panel {
    char dir[PATH_BYTES];
    int64_t bright, dark; /* as the kernel counts: how it was found, and dimmed */
    bool out;             /* dimming switches the light off */
    bool dim;
    struct touch *touch;
};

static const char *root(void) {
#ifdef SITELOG_TEST
    const char *told = getenv("SITELOG_DEVICES_ROOT"); /* a folder with sys and dev in it */
    if (told) return told;
#endif
    return "";
}

static void close_dir(DIR **dir) {
    if (*dir) (void)closedir(*dir);
}

/* ---- the kernel's files ---- */

static void file_of(const char *dir, const char *name, char out[PATH_BYTES]) {
    (void)snprintf(out, PATH_BYTES, "%.480s/%s", dir, name);
}

static int get(const char *dir, const char *name, int64_t *out) {
    char path[PATH_BYTES], text[32];
    file_of(dir, name, path);
    FILE *f = fopen(path, "re");
    if (!f) return err_from_errno(errno);
    bool read = fgets(text, sizeof text, f) != NULL;
    (void)fclose(f);
    if (!read) return ERR_IO;
    text[strcspn(text, "\n")] = '\0';
    return text_int(text, 0, INT32_MAX, out) ? ERR_IO : 0;
}

static int put(const char *dir, const char *name, int64_t value) {
    char path[PATH_BYTES], text[32];
    file_of(dir, name, path);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? ERR_GONE : err_from_errno(errno);
    int n = snprintf(text, sizeof text, "%lld\n", (long long)value);
    int rc = write(fd, text, (size_t)n) == n ? 0 : ERR_IO;
    (void)close(fd);
    return rc;
}

/* ---- which one ---- */

/* "auto": the first by name. */
static int find(const char *backlight, char name[64], char dir[PATH_BYTES], struct err_text *e) {
    char folder[PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%s/sys/class/backlight", root());
    name[0] = '\0';
    if (strcmp(backlight, "auto") != 0) {
        text_clip(name, 64, backlight);
    } else {
        CLEANUP(close_dir) DIR *d = opendir(folder);
        for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
            if (entry->d_name[0] == '.' || (name[0] && strcmp(entry->d_name, name) > 0)) continue;
            text_clip(name, 64, entry->d_name);
        }
    }
    if (!name[0]) return err_set(e, ERR_NOT_FOUND, "no panel with a backlight is connected");
    file_of(folder, name, dir);
    if (access(dir, F_OK) == 0) return 0;
    return err_set(e, ERR_NOT_FOUND, "there is no backlight %s; /sys/class/backlight lists them", name);
}

static int may_write(const char *dir, struct err_text *e) {
    static const char *const names[] = { "brightness", "bl_power" };
    char path[PATH_BYTES];
    for (size_t i = 0; i < TEXT_ARRAY_LEN(names); i++) {
        file_of(dir, names[i], path);
        if (access(path, W_OK) == 0 || errno == ENOENT) continue;
        return err_set(e, ERR_DENIED,
                       "%s may not be written by this user; install board/udev/70-sitelog.rules and put the user into "
                       "the group video",
                       path);
    }
    return 0;
}

/* ---- the driver ---- */

static void panel_close(void *state) {
    struct panel *p = state;
    touch_close(p->touch);
    free(p);
}

/* How it was found; but what a killed program left, dim or dark, is not how a person wants it: then it is bright again. */
static int find_bright(struct panel *p, int percent) {
    int64_t most = 0, power = POWER_ON;
    int rc = get(p->dir, "max_brightness", &most);
    if (!rc) rc = get(p->dir, "brightness", &p->bright);
    if (rc) return rc;
    if (get(p->dir, "bl_power", &power)) power = POWER_ON;
    p->out = percent == 0;
    p->dark = most * percent / 100;
    if (p->dark == 0) p->dark = 1;
    if (power != POWER_ON) rc = put(p->dir, "bl_power", POWER_ON);
    if (!rc && (p->bright == 0 || (p->bright == p->dark && p->dark < most))) {
        p->bright = most;
        rc = put(p->dir, "brightness", most);
    }
    if (p->dark > p->bright) p->dark = p->bright;
    return rc;
}

static int panel_light(void *state, bool dim) {
    struct panel *p = state;
    int rc = 0;
    if (dim == p->dim) return 0;
    if (p->out)
        rc = put(p->dir, "bl_power", dim ? POWER_OFF : POWER_ON);
    else if (p->dark != p->bright)
        rc = put(p->dir, "brightness", dim ? p->dark : p->bright);
    if (!rc) p->dim = dim;
    return rc;
}

static int panel_open(const struct display_options *o, void **state, struct err_text *e) {
    char name[64];
    struct panel *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "out of memory for the display");
    int rc = find(o->backlight, name, p->dir, e);
    if (!rc) rc = may_write(p->dir, e);
    if (rc) {
        free(p);
        return rc;
    }
    rc = find_bright(p, o->dim_percent);
    if (!rc) rc = touch_open(root(), o->input, &p->touch);
    if (rc) {
        (void)err_set(e, rc, "backlight %s: %s; look at dmesg", name, err_name(rc));
        panel_close(p);
        return rc;
    }
    *state = p;
    return 0;
}

static int panel_fd(const void *state) { return touch_fd(((const struct panel *)state)->touch); }

static bool panel_touched(void *state) { return touch_take(((struct panel *)state)->touch); }

static bool panel_can_be_touched(const void *state) { return touch_count(((const struct panel *)state)->touch) > 0; }

static int panel_look(const struct display_options *o, struct display_look *out, struct err_text *e) {
    char dir[PATH_BYTES];
    struct display_look look = { .simulated = false };
    int rc = find(o->backlight, look.name, dir, e);
    if (!rc) rc = may_write(dir, e);
    if (rc) return rc;
    touch_look(root(), o->input, &look.touches, &look.denied);
    *out = look;
    return 0;
}

const struct display_driver display_sysfs_driver = { "",          panel_open,    panel_close,
                                                     panel_fd,    panel_touched, panel_can_be_touched,
                                                     panel_light, panel_look };
