/* SPDX-License-Identifier: MIT */
/* The simulated camera: the JPEG files of a folder in the order of their names, round and round, ten frames a second at most,
 * with faults that a text file in that folder scripts. Looks neither into the files nor at the wanted size. */
#include "hal/camera_driver.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"

#include <assert.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#define PREFIX            "sim:"
#define FRAME_INTERVAL_MS 100
#define FAULTS_MAX        4096
#define PATH_BYTES        512

struct faults {
    bool absent, stall, truncated, garbage;
    int64_t slow_ms, dwell_ms, hang_ms;
};

struct sim {
    char dir[256];
    char last[256];        /* name of the file that was shown last, or "" */
    int64_t last_mono_ms;  /* when */
    int64_t first_mono_ms; /* when it was shown first */
    int64_t begun_ms;      /* when the exposure that is under way began; -1: none is */
    bool shown;            /* a frame was given before */
    bool lent;
    struct buf frame;
};

static void close_dir(DIR **dir) {
    if (*dir) (void)closedir(*dir);
}

static bool path_of(const char *dir, const char *name, char out[PATH_BYTES]) {
    int n = snprintf(out, PATH_BYTES, "%s/%s", dir, name);
    return n >= 0 && n < PATH_BYTES;
}

static struct faults read_faults(const char *dir) {
    struct faults f = { 0 };
    char path[PATH_BYTES];
    struct buf text;
    buf_init(&text, FAULTS_MAX);
    if (path_of(dir, "faults", path) && file_read(path, &text, NULL) == 0 && text.data) {
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
            if (strcmp(line, "absent") == 0)
                f.absent = true;
            else if (strcmp(line, "stall") == 0)
                f.stall = true;
            else if (strcmp(line, "truncated") == 0)
                f.truncated = true;
            else if (strcmp(line, "garbage") == 0)
                f.garbage = true;
            else if (text_starts(line, "slow ") && text_int(line + 5, 0, 3600000, &f.slow_ms))
                f.slow_ms = 0;
            else if (text_starts(line, "dwell ") && text_int(line + 6, 0, 3600000, &f.dwell_ms))
                f.dwell_ms = 0;
            else if (text_starts(line, "hang ") && text_int(line + 5, 0, 3600000, &f.hang_ms))
                f.hang_ms = 0;
        }
    }
    buf_fini(&text);
    return f;
}

static bool is_photo(const char *dir, const char *name) {
    const char *dot = strrchr(name, '.');
    char path[PATH_BYTES];
    struct stat st;
    if (name[0] == '.' || !dot || (strcasecmp(dot, ".jpg") != 0 && strcasecmp(dot, ".jpeg") != 0)) return false;
    return path_of(dir, name, path) && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
           st.st_size <= (off_t)CAMERA_FRAME_MAX;
}

/* The photo whose name follows `last`, or the first one. The folder is read anew each time: photos may be put into it. */
static int next_photo(const char *dir, const char *last, char out[256]) {
    CLEANUP(close_dir) DIR *d = opendir(dir);
    if (!d) return ERR_NOT_FOUND;
    char first[256] = "", next[256] = "";
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        const char *name = entry->d_name;
        bool is_first = !*first || strcmp(name, first) < 0;
        bool is_next = strcmp(name, last) > 0 && (!*next || strcmp(name, next) < 0);
        if ((!is_first && !is_next) || !is_photo(dir, name)) continue;
        if (is_first) text_clip(first, sizeof first, name);
        if (is_next) text_clip(next, sizeof next, name);
    }
    if (!*first) return ERR_NOT_FOUND;
    return text_copy(out, 256, *next ? next : first);
}

static void sim_close(void *state) {
    struct sim *sim = state;
    buf_fini(&sim->frame);
    free(sim);
}

/* The last photo shown is kept in DIR/last, so that a camera that was closed goes on and does not begin anew. */
static void recall(struct sim *sim) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/last", sim->dir);
    FILE *f = fopen(path, "r");
    if (!f) return;
    if (!fgets(sim->last, sizeof sim->last, f)) sim->last[0] = '\0';
    sim->last[strcspn(sim->last, "\n")] = '\0';
    (void)fclose(f);
}

static void remember(const struct sim *sim) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/last", sim->dir);
    FILE *f = fopen(path, "w");
    if (!f) return; /* a folder that cannot be written: it begins anew each time */
    (void)fprintf(f, "%s\n", sim->last);
    (void)fclose(f);
}

static int sim_open(const char *device, int width, int height, void **state, struct err_text *e) {
    (void)width;
    (void)height;
    const char *dir = device + strlen(PREFIX);
    char name[256];
    if (read_faults(dir).absent)
        return err_set(e, ERR_NOT_FOUND, "the simulated camera is absent: %s/faults says so", dir);
    if (next_photo(dir, "", name)) {
        return err_set(e, ERR_NOT_FOUND, "no folder %s, or no *.jpg of at most 16 MiB in it; put JPEG files there",
                       dir);
    }
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim) return err_set(e, ERR_NOMEM, "out of memory for the camera");
    buf_init(&sim->frame, CAMERA_FRAME_MAX);
    sim->begun_ms = -1;
    if (text_copy(sim->dir, sizeof sim->dir, dir)) {
        sim_close(sim);
        return err_set(e, ERR_NOT_FOUND, "the path of the camera's folder is too long");
    }
    recall(sim);
    *state = sim;
    return 0;
}

static void sleep_ms(int64_t ms) {
    struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    while (ms > 0 && nanosleep(&left, &left) != 0) {}
}

/* Waits until the frame is exposed. An exposure goes on while nobody waits, so that a short timeout only postpones it. */
static int expose(struct sim *sim, int timeout_ms, int64_t slow_ms) {
    int64_t now = clock_mono().ms;
    if (sim->begun_ms < 0) sim->begun_ms = now;
    int64_t wait = sim->begun_ms + slow_ms - now;
    if (sim->shown && sim->last_mono_ms + FRAME_INTERVAL_MS - now > wait)
        wait = sim->last_mono_ms + FRAME_INTERVAL_MS - now;
    sleep_ms(wait < timeout_ms ? wait : timeout_ms);
    return wait > timeout_ms ? ERR_TIMEOUT : 0;
}

static int load(struct sim *sim, const struct faults *f) {
    char path[PATH_BYTES];
    int64_t now = clock_mono().ms;
    if (!sim->shown || now - sim->first_mono_ms >= f->dwell_ms) {
        if (next_photo(sim->dir, sim->last, sim->last)) return ERR_GONE;
        sim->first_mono_ms = now;
        remember(sim);
    }
    if (f->garbage) {
        buf_clear(&sim->frame);
        for (int i = 0; i < 256; i++) buf_addf(&sim->frame, "no JPEG %04d\n", i);
        return sim->frame.error;
    }
    if (!path_of(sim->dir, sim->last, path)) return ERR_IO;
    int r = file_read(path, &sim->frame, NULL);
    if (r == 0 && f->truncated) sim->frame.len /= 2;
    return r == 0 || r == ERR_NOMEM ? r : ERR_IO;
}

static int sim_grab(void *state, int timeout_ms, struct frame *out) {
    struct sim *sim = state;
    assert(!sim->lent);
    struct faults f = read_faults(sim->dir);
    sleep_ms(f.hang_ms);
    if (f.absent) return ERR_GONE;
    if (f.stall) {
        sleep_ms(timeout_ms);
        return ERR_TIMEOUT;
    }
    int r = expose(sim, timeout_ms, f.slow_ms);
    if (r == 0) r = load(sim, &f);
    if (r != 0) return r;
    sim->begun_ms = -1;
    sim->last_mono_ms = clock_mono().ms;
    sim->shown = sim->lent = true;
    *out = (struct frame){ (const uint8_t *)sim->frame.data, sim->frame.len, sim->last_mono_ms };
    return 0;
}

static void sim_release(void *state, struct frame *frame) {
    struct sim *sim = state;
    sim->lent = false;
    *frame = (struct frame){ 0 };
}

const struct camera_driver camera_sim_driver = { PREFIX, sim_open, sim_close, sim_grab, sim_release };
