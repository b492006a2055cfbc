/* SPDX-License-Identifier: MIT */
/* Hears /dev/input/event*, as many as are touch screens, and new ones when they come. What they say is thrown away. */
#include "hal/linux/touch_evdev.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { SCREENS_MAX = 8, PATH_BYTES = 512, NAME_BYTES = 32, READ_BYTES = 4096 };
#define WORD_BITS (8 * sizeof(unsigned long))

struct screen {
    char name[NAME_BYTES]; /* "event3" */
    int fd;                /* -1: no screen */
};

struct touch {
    char root[256], input[NAME_BYTES];
    int epoll, inotify;
    struct screen screens[SCREENS_MAX];
};

static void close_dir(DIR **dir) {
    if (*dir) (void)closedir(*dir);
}

static void path_of(const char *root, const char *folder, const char *name, const char *tail, char out[PATH_BYTES]) {
    (void)snprintf(out, PATH_BYTES, "%s%s/%.64s%s", root, folder, name, tail);
}

/* A bit of the kernel's list of keys: words in hex, the highest first. */
static bool has_bit(const char *words, unsigned bit) {
    size_t count = 0, want = bit / WORD_BITS;
    for (const char *p = words; *p; p += strcspn(p, " \n"), p += strspn(p, " \n")) count++;
    if (want >= count) return false;
    const char *p = words;
    for (size_t i = count - 1; i > want; i--) p += strcspn(p, " \n"), p += strspn(p, " \n");
    return strtoul(p, NULL, 16) >> (bit % WORD_BITS) & 1;
}

static bool is_screen(const char *root, const char *name) {
    char path[PATH_BYTES], words[1024] = "";
    path_of(root, "/sys/class/input", name, "/device/capabilities/key", path);
    FILE *f = fopen(path, "re");
    if (!f) return false;
    bool read = fgets(words, sizeof words, f) != NULL;
    (void)fclose(f);
    return read && has_bit(words, BTN_TOUCH);
}

static bool wanted(const char *root, const char *input, const char *name) {
    if (!text_starts(name, "event") || strlen(name) >= NAME_BYTES) return false;
    return strcmp(input, "auto") == 0 ? is_screen(root, name) : strcmp(input, name) == 0;
}

static void drop(struct touch *t, struct screen *s) {
    (void)epoll_ctl(t->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    (void)close(s->fd);
    s->fd = -1;
}

static void add(struct touch *t, const char *name) {
    struct screen *empty = NULL;
    for (size_t i = 0; i < SCREENS_MAX; i++) {
        struct screen *s = &t->screens[i];
        if (s->fd >= 0 && strcmp(s->name, name) == 0) return;
        if (s->fd < 0) empty = s;
    }
    if (!empty) return;
    char path[PATH_BYTES];
    path_of(t->root, "/dev/input", name, "", path);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = empty };
    if (fd >= 0 && epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) == 0) {
        empty->fd = fd;
        text_clip(empty->name, sizeof empty->name, name);
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

static void scan(struct touch *t) {
    char path[PATH_BYTES];
    path_of(t->root, "/dev", "input", "", path);
    CLEANUP(close_dir) DIR *d = opendir(path);
    for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d))
        if (wanted(t->root, t->input, entry->d_name)) add(t, entry->d_name);
}

/* udev opens a new device to the group only after it was made: IN_ATTRIB. */
static void watch(struct touch *t) {
    char path[PATH_BYTES];
    path_of(t->root, "/dev", "input", "", path);
    t->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (t->inotify < 0) return;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    if (inotify_add_watch(t->inotify, path, IN_CREATE | IN_ATTRIB) >= 0)
        (void)epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->inotify, &event);
}

int touch_open(const char *root, const char *input, struct touch **out) {
    struct touch *t = calloc(1, sizeof *t);
    if (!t) return ERR_NOMEM;
    for (size_t i = 0; i < SCREENS_MAX; i++) t->screens[i].fd = -1;
    t->inotify = -1;
    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    int rc = t->epoll < 0 ? err_from_errno(errno) : text_copy(t->root, sizeof t->root, root);
    if (!rc) rc = text_copy(t->input, sizeof t->input, input);
    if (rc) {
        touch_close(t);
        return rc;
    }
    watch(t);
    scan(t);
    *out = t;
    return 0;
}

void touch_close(struct touch *t) {
    if (!t) return;
    for (size_t i = 0; i < SCREENS_MAX; i++)
        if (t->screens[i].fd >= 0) drop(t, &t->screens[i]);
    if (t->inotify >= 0) (void)close(t->inotify);
    if (t->epoll >= 0) (void)close(t->epoll);
    free(t);
}

int touch_fd(const struct touch *t) { return t->epoll; }

/* Empties it. Was there something? */
static bool drain(int fd, bool *gone) {
    char bytes[READ_BYTES];
    bool some = false;
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0) some = true;
    *gone = n < 0 && errno != EAGAIN && errno != EINTR;
    return some;
}

bool touch_take(struct touch *t) {
    struct epoll_event events[SCREENS_MAX + 1];
    bool touched = false, gone = false, changed = false;
    int n = epoll_wait(t->epoll, events, SCREENS_MAX + 1, 0);
    for (int i = 0; i < n; i++) {
        struct screen *s = events[i].data.ptr;
        if (!s) {
            changed = drain(t->inotify, &gone);
        } else {
            touched = drain(s->fd, &gone) || touched;
            if (gone || events[i].events & (EPOLLERR | EPOLLHUP)) drop(t, s);
        }
    }
    if (changed) scan(t);
    return touched;
}

size_t touch_count(const struct touch *t) {
    size_t n = 0;
    for (size_t i = 0; i < SCREENS_MAX; i++) n += t->screens[i].fd >= 0;
    return n;
}

void touch_look(const char *root, const char *input, size_t *heard, size_t *denied) {
    char path[PATH_BYTES];
    *heard = *denied = 0;
    path_of(root, "/dev", "input", "", path);
    CLEANUP(close_dir) DIR *d = opendir(path);
    for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
        if (!wanted(root, input, entry->d_name)) continue;
        path_of(root, "/dev/input", entry->d_name, "", path);
        if (access(path, R_OK) == 0)
            (*heard)++;
        else
            (*denied)++;
    }
}
