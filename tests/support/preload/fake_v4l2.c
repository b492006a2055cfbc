/* SPDX-License-Identifier: MIT */
/* A camera of Video4Linux2 that is not there: loaded with LD_PRELOAD it answers for /dev/video77 and leaves all else alone, so that the real driver runs
 * on machines without a video device. FAKE_V4L2=DIR names its folder:
 *   DIR/….jpg    the MJPEG frames, in the order of their names, round and round; DIR/dark.jpg is shown while it is dark
 *   DIR/script   one word a line, read anew whenever it changed; absent: none of it
 *     offer FOURCC WxH [WxH]…   what it offers; without one: MJPG 1920x1080
 *     offer FOURCC step W H W H S   from, to and step
 *     fps N                     30
 *     absent | unplugged        opening fails | whatever is open is gone
 *     stall                     no frames come
 *     error NAME N              this ioctl (QUERYCAP S_FMT REQBUFS QUERYBUF QBUF DQBUF STREAMON ENUM_FMT …) fails with errno N
 *     flagged | cut | empty | untabled | padded   frames with the error flag | half | without bytes | without Huffman tables | with zeros behind
 *     fixed                     read again at the next open only: reading costs more than what is measured
 *     dark N                    the first N frames after STREAMON are dark
 *   DIR/log      what it was asked: a line at open, STREAMON, STREAMOFF and close
 * A frame is copied into its buffer only where another was in it, as a device's DMA would cost this processor nothing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 8, BUFFER_SIZE = 8 << 20, FILES = 64, OFFERS = 32, SCRIPT_MAX = 1024 };
#define DEVICE "/dev/video77"

struct offer {
    uint32_t fourcc;
    struct v4l2_frmsizeenum size;
};

static struct {
    pthread_mutex_t lock;
    int fd, memory; /* -1: closed */
    char script[SCRIPT_MAX];
    struct offer offers[OFFERS];
    int offer_count, fps, dark, error, flaws;
    char failing[32];
    bool absent, unplugged, stall, fixed;
    struct {
        uint8_t *bytes;
        size_t n;
    } files[FILES], dark_file;
    int file_count;
    uint8_t *map;
    struct v4l2_pix_format format;
    bool queued[BUFFERS], streaming;
    uint32_t order[BUFFERS]; /* queued buffers, oldest first */
    int waiting, count;
    long shown[BUFFERS]; /* which frame lies in it; -1: none */
    uint32_t sequence;
} d = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .memory = -1 };

enum { FLAGGED = 1, CUT = 2, EMPTY = 4, UNTABLED = 8, PADDED = 16 };

/* ---- its folder ---- */

static const char *in_dir(const char *name, char out[512]) {
    const char *dir = getenv("FAKE_V4L2");
    (void)snprintf(out, 512, "%s/%s", dir ? dir : "/nonexistent", name);
    return out;
}

static void note(const char *what) {
    char path[512];
    FILE *f = fopen(in_dir("log", path), "a");
    if (!f) return;
    (void)fprintf(f, "%s\n", what);
    (void)fclose(f);
}

static void read_offer(char *words) {
    char *rest = NULL, *fourcc = strtok_r(words, " ", &rest), *word = strtok_r(NULL, " ", &rest);
    if (!fourcc || strlen(fourcc) != 4) return;
    uint32_t code = v4l2_fourcc((uint32_t)fourcc[0], (uint32_t)fourcc[1], (uint32_t)fourcc[2], (uint32_t)fourcc[3]);
    if (word && strcmp(word, "step") == 0 && d.offer_count < OFFERS) {
        struct v4l2_frmsize_stepwise s = { 0 };
        if (sscanf(rest, "%u %u %u %u %u", &s.min_width, &s.min_height, &s.max_width, &s.max_height, &s.step_width) !=
            5)
            return;
        s.step_height = s.step_width;
        d.offers[d.offer_count++] = (struct offer){ code, { .type = V4L2_FRMSIZE_TYPE_STEPWISE, .stepwise = s } };
        return;
    }
    for (; word && d.offer_count < OFFERS; word = strtok_r(NULL, " ", &rest)) {
        struct v4l2_frmsize_discrete s = { 0 };
        if (sscanf(word, "%ux%u", &s.width, &s.height) == 2)
            d.offers[d.offer_count++] = (struct offer){ code, { .type = V4L2_FRMSIZE_TYPE_DISCRETE, .discrete = s } };
    }
}

static void read_line(char *line) {
    static const struct {
        const char *word;
        int flaw;
    } flaws[] = {
        { "flagged", FLAGGED }, { "cut", CUT }, { "empty", EMPTY }, { "untabled", UNTABLED }, { "padded", PADDED }
    };
    if (strncmp(line, "offer ", 6) == 0) read_offer(line + 6);
    if (strncmp(line, "fps ", 4) == 0) d.fps = (int)strtol(line + 4, NULL, 10);
    if (strncmp(line, "dark ", 5) == 0) d.dark = (int)strtol(line + 5, NULL, 10);
    (void)sscanf(line, "error %31s %d", d.failing, &d.error);
    d.absent |= strcmp(line, "absent") == 0;
    d.unplugged |= strcmp(line, "unplugged") == 0;
    d.stall |= strcmp(line, "stall") == 0;
    d.fixed |= strcmp(line, "fixed") == 0;
    for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++)
        if (strcmp(line, flaws[i].word) == 0) d.flaws |= flaws[i].flaw;
}

static void read_script(void) {
    char path[512], text[SCRIPT_MAX] = "", *rest = NULL;
    FILE *f = fopen(in_dir("script", path), "r");
    if (f) text[fread(text, 1, sizeof text - 1, f)] = '\0';
    if (f) (void)fclose(f);
    if (d.fps && strcmp(text, d.script) == 0) return;
    memcpy(d.script, text, sizeof text);
    d.offer_count = d.dark = d.error = d.flaws = 0;
    d.fps = 30;
    d.failing[0] = '\0';
    d.absent = d.unplugged = d.stall = d.fixed = false;
    for (int i = 0; i < BUFFERS; i++) d.shown[i] = -1;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) read_line(line);
    if (!d.offer_count) {
        char usual[] = "MJPG 1920x1080";
        read_offer(usual);
    }
}

static void load(const char *name, uint8_t **bytes, size_t *n) {
    char path[512];
    struct stat st;
    FILE *f = fopen(in_dir(name, path), "r");
    if (f && fstat(fileno(f), &st) == 0 && st.st_size <= BUFFER_SIZE / 2 && (*bytes = malloc((size_t)st.st_size)))
        *n = fread(*bytes, 1, (size_t)st.st_size, f);
    if (f) (void)fclose(f);
}

static int is_jpg(const struct dirent *e) {
    const char *dot = strrchr(e->d_name, '.');
    return dot && strcmp(dot, ".jpg") == 0 && strcmp(e->d_name, "dark.jpg") != 0;
}

static void load_files(void) {
    char path[512];
    struct dirent **names = NULL;
    int n = scandir(in_dir(".", path), &names, is_jpg, alphasort);
    for (int i = 0; i < n; i++) {
        if (d.file_count < FILES) load(names[i]->d_name, &d.files[d.file_count].bytes, &d.files[d.file_count].n);
        if (d.file_count < FILES && d.files[d.file_count].n) d.file_count++;
        free(names[i]);
    }
    free(names);
    load("dark.jpg", &d.dark_file.bytes, &d.dark_file.n);
}

/* ---- frames ---- */

static void set_rate(bool on) {
    long ns = on ? 1000000000L / (d.fps > 0 ? d.fps : 30) : 0;
    struct itimerspec t = { .it_interval.tv_nsec = ns % 1000000000L, .it_value.tv_nsec = ns % 1000000000L };
    if (on && ns >= 1000000000L) t.it_interval.tv_sec = t.it_value.tv_sec = 1;
    (void)timerfd_settime(d.fd, 0, &t, NULL);
}

static size_t raw_size(void) {
    size_t area = (size_t)d.format.width * d.format.height;
    return d.format.pixelformat == V4L2_PIX_FMT_NV12 ? area + area / 2 : area * 2;
}

/* Grey from left to right, without colour; dark: nearly black. */
static size_t draw_raw(uint8_t *to, bool dark) {
    bool packed = d.format.pixelformat == V4L2_PIX_FMT_YUYV;
    memset(to, 128, raw_size());
    for (uint32_t y = 0; y < d.format.height; y++)
        for (uint32_t x = 0; x < d.format.width; x++) {
            size_t at = (size_t)y * d.format.width + x;
            to[packed ? at * 2 : at] = dark ? 8 : (uint8_t)(x * 255 / d.format.width);
        }
    return raw_size();
}

/* Without its DHT segments. */
static size_t untable(uint8_t *b, size_t n) {
    size_t at = 2, to = 2;
    while (at + 4 <= n && b[at] == 0xff && b[at + 1] != 0xda) {
        size_t len = (size_t)(b[at + 2] << 8 | b[at + 3]) + 2;
        if (b[at + 1] != 0xc4) {
            memmove(b + to, b + at, len);
            to += len;
        }
        at += len;
    }
    memmove(b + to, b + at, n - at);
    return to + n - at;
}

static size_t fill(uint32_t index, struct v4l2_buffer *b) {
    static size_t sizes[BUFFERS];
    bool dark = (int)d.sequence < d.dark;
    bool compressed = d.format.pixelformat == V4L2_PIX_FMT_MJPEG;
    long which = dark ? FILES : compressed && d.file_count ? (long)(d.sequence % (uint32_t)d.file_count) : 0;
    uint8_t *to = d.map + (size_t)index * BUFFER_SIZE;
    if (d.shown[index] != which) {
        d.shown[index] = which;
        if (!compressed) {
            sizes[index] = draw_raw(to, dark);
        } else {
            size_t n = dark ? d.dark_file.n : d.file_count ? d.files[which].n : 0;
            if (n) memcpy(to, dark ? d.dark_file.bytes : d.files[which].bytes, n);
            sizes[index] = n && d.flaws & UNTABLED ? untable(to, n) : n;
            if (n && d.flaws & PADDED) memset(to + sizes[index], 0, 64);
        }
    }
    size_t n = sizes[index];
    if (d.flaws & FLAGGED) b->flags |= V4L2_BUF_FLAG_ERROR;
    if (d.flaws & CUT) n /= 2;
    if (d.flaws & EMPTY) n = 0;
    return d.flaws & PADDED && compressed ? n + 64 : n;
}

/* ---- ioctls ---- */

static int fail_with(int error) {
    errno = error;
    return -1;
}

static int query_cap(void *arg) {
    struct v4l2_capability *c = arg;
    memset(c, 0, sizeof *c);
    (void)snprintf((char *)c->driver, sizeof c->driver, "fake");
    (void)snprintf((char *)c->card, sizeof c->card, "Fake camera");
    c->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    c->capabilities = c->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int enum_format(void *arg) {
    struct v4l2_fmtdesc *f = arg;
    uint32_t seen = 0;
    for (int i = 0; i < d.offer_count; i++) {
        bool again = i > 0 && d.offers[i - 1].fourcc == d.offers[i].fourcc;
        if (again || seen++ != f->index) continue;
        f->pixelformat = d.offers[i].fourcc;
        return 0;
    }
    return fail_with(EINVAL);
}

static int enum_size(void *arg) {
    struct v4l2_frmsizeenum *s = arg;
    uint32_t seen = 0;
    for (int i = 0; i < d.offer_count; i++) {
        if (d.offers[i].fourcc != s->pixel_format || seen++ != s->index) continue;
        uint32_t index = s->index, fourcc = s->pixel_format;
        *s = d.offers[i].size;
        s->index = index;
        s->pixel_format = fourcc;
        return 0;
    }
    return fail_with(EINVAL);
}

/* What is not offered becomes the first that is. */
static int set_format(void *arg) {
    struct v4l2_format *f = arg;
    int found = 0;
    for (int i = d.offer_count - 1; i >= 0; i--) {
        const struct v4l2_frmsizeenum *s = &d.offers[i].size;
        bool fits = s->type != V4L2_FRMSIZE_TYPE_DISCRETE ||
                    (s->discrete.width == f->fmt.pix.width && s->discrete.height == f->fmt.pix.height);
        if (d.offers[i].fourcc == f->fmt.pix.pixelformat && fits) found = i;
    }
    const struct offer *o = &d.offers[found];
    f->fmt.pix.pixelformat = o->fourcc;
    if (o->size.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
        f->fmt.pix.width = o->size.discrete.width;
        f->fmt.pix.height = o->size.discrete.height;
    }
    f->fmt.pix.bytesperline = o->fourcc == V4L2_PIX_FMT_YUYV ? f->fmt.pix.width * 2 : f->fmt.pix.width;
    f->fmt.pix.sizeimage = f->fmt.pix.width * f->fmt.pix.height * 2;
    f->fmt.pix.field = V4L2_FIELD_NONE;
    d.format = f->fmt.pix;
    return 0;
}

static int request_buffers(void *arg) {
    struct v4l2_requestbuffers *r = arg;
    if (r->count > BUFFERS) r->count = BUFFERS;
    d.count = (int)r->count;
    d.waiting = 0;
    memset(d.queued, 0, sizeof d.queued);
    for (int i = 0; i < BUFFERS; i++) d.shown[i] = -1;
    return 0;
}

static int query_buffer(void *arg) {
    struct v4l2_buffer *b = arg;
    if ((int)b->index >= d.count) return fail_with(EINVAL);
    b->length = BUFFER_SIZE;
    b->m.offset = b->index * BUFFER_SIZE;
    return 0;
}

static int queue_buffer(void *arg) {
    struct v4l2_buffer *b = arg;
    if ((int)b->index >= d.count || d.queued[b->index]) return fail_with(EINVAL);
    d.queued[b->index] = true;
    d.order[d.waiting++] = b->index;
    return 0;
}

static int dequeue_buffer(void *arg) {
    struct v4l2_buffer *b = arg;
    uint64_t ticks = 0;
    if (!d.streaming) return fail_with(EINVAL);
    if (read(d.fd, &ticks, sizeof ticks) != sizeof ticks || d.stall || d.waiting == 0) return fail_with(EAGAIN);
    uint32_t index = d.order[0];
    memmove(d.order, d.order + 1, (size_t)--d.waiting * sizeof d.order[0]);
    d.queued[index] = false;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    b->index = index;
    b->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    b->bytesused = (uint32_t)fill(index, b);
    b->timestamp.tv_sec = now.tv_sec;
    b->timestamp.tv_usec = now.tv_nsec / 1000;
    b->sequence = d.sequence++;
    return 0;
}

static int stream(bool on) {
    note(on ? "STREAMON" : "STREAMOFF");
    d.streaming = on;
    d.sequence = 0;
    if (!on) {
        d.waiting = 0;
        memset(d.queued, 0, sizeof d.queued);
    }
    set_rate(on);
    return 0;
}

/* It has one input, the picture. */
static int set_input(void *arg) { return *(int *)arg == 0 ? 0 : fail_with(EINVAL); }
static int stream_on(void *arg) { return (void)arg, stream(true); }
static int stream_off(void *arg) { return (void)arg, stream(false); }

static const struct {
    unsigned long request;
    const char *name;
    int (*answer)(void *arg);
} answers[] = {
    { VIDIOC_QUERYCAP, "QUERYCAP", query_cap },
    { VIDIOC_ENUM_FMT, "ENUM_FMT", enum_format },
    { VIDIOC_ENUM_FRAMESIZES, "ENUM_FRAMESIZES", enum_size },
    { VIDIOC_S_FMT, "S_FMT", set_format },
    { VIDIOC_REQBUFS, "REQBUFS", request_buffers },
    { VIDIOC_QUERYBUF, "QUERYBUF", query_buffer },
    { VIDIOC_QBUF, "QBUF", queue_buffer },
    { VIDIOC_DQBUF, "DQBUF", dequeue_buffer },
    { VIDIOC_S_INPUT, "S_INPUT", set_input },
    { VIDIOC_STREAMON, "STREAMON", stream_on },
    { VIDIOC_STREAMOFF, "STREAMOFF", stream_off },
};

static int answer(unsigned long request, void *arg) {
    if (!d.fixed) read_script();
    if (d.unplugged) return fail_with(ENODEV);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].request != (request & 0xffffffffUL)) continue;
        return strcmp(d.failing, answers[i].name) == 0 ? fail_with(d.error) : answers[i].answer(arg);
    }
    return fail_with(ENOTTY);
}

/* ---- what stands in the C library's place; the rest goes straight to the kernel ---- */

static int open_device(void) {
    (void)pthread_mutex_lock(&d.lock);
    read_script();
    int fd = -1;
    if (d.absent || d.unplugged) {
        errno = ENOENT;
    } else if (strcmp(d.failing, "OPEN") == 0) {
        errno = d.error;
    } else if (d.fd >= 0) {
        errno = EBUSY;
    } else if ((fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) >= 0) {
        d.fd = fd;
        if (d.memory < 0) {
            d.memory = memfd_create("fake_v4l2", MFD_CLOEXEC);
            if (ftruncate(d.memory, (off_t)BUFFERS * BUFFER_SIZE)) abort();
            d.map = (uint8_t *)syscall(SYS_mmap, NULL, (size_t)BUFFERS * BUFFER_SIZE, PROT_READ | PROT_WRITE,
                                       MAP_SHARED, d.memory, (off_t)0);
            load_files();
        }
        note("open");
    }
    (void)pthread_mutex_unlock(&d.lock);
    return fd;
}

static bool ours(const char *path) { return strcmp(path, DEVICE) == 0 && getenv("FAKE_V4L2"); }

static int open_as(const char *path, int flags, unsigned mode) {
    return ours(path) ? open_device() : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...);                                                                        \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        unsigned mode = va_arg(args, unsigned);                                                                        \
        va_end(args);                                                                                                  \
        return open_as(path, flags, mode);                                                                             \
    }
OPEN(open)
OPEN(open64)

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags) { return open_as(path, flags, 0); }
int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags) { return open_as(path, flags, 0); }

int access(const char *path, int mode) { return ours(path) ? 0 : faccessat(AT_FDCWD, path, mode, 0); }

int ioctl(int fd, unsigned long request, ...) {
    va_list args;
    va_start(args, request);
    void *arg = va_arg(args, void *);
    va_end(args);
    if (fd < 0 || fd != d.fd) return (int)syscall(SYS_ioctl, fd, request, arg);
    (void)pthread_mutex_lock(&d.lock);
    int r = answer(request, arg);
    (void)pthread_mutex_unlock(&d.lock);
    return r;
}

static void *map_as(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
    return (void *)syscall(SYS_mmap, at, n, prot, flags, fd >= 0 && fd == d.fd ? d.memory : fd, offset);
}
void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
    return map_as(at, n, prot, flags, fd, offset);
}
void *mmap64(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
    return map_as(at, n, prot, flags, fd, offset);
}

int close(int fd) {
    if (fd >= 0 && fd == d.fd) {
        (void)pthread_mutex_lock(&d.lock);
        if (d.streaming) (void)stream(false);
        note("close");
        d.fd = -1;
        (void)pthread_mutex_unlock(&d.lock);
    }
    return (int)syscall(SYS_close, fd);
}
