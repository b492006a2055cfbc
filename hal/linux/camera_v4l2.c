/* SPDX-License-Identifier: MIT */
/* A camera of Video4Linux2: streaming with buffers that the kernel shares (mmap). It streams from the first grab on; the first pictures are dropped
 * until the exposure has settled, and broken ones always. Multi-planar devices (ISPs of phones and of the Raspberry Pi) are not driven; USB cameras are.
 * Source: the kernel's userspace API guide, "Video for Linux API", sections "Streaming I/O (Memory Mapping)" and VIDIOC_DQBUF. */
#include "hal/camera_driver.h"

#include "firmware/base/clock.h"
#include "firmware/base/log.h"
#include "hal/linux/camera_format.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFERS = 3,       /* one is filled, one is ready, one is lent */
    OFFERS_MAX = 256,  /* of formats, and of sizes a format: a driver that never ends its list does not hold us up */
    QUALITY = 90,      /* of raw pictures' JPEG */
    SETTLE_MS = 3000,  /* after which pictures are taken as they are */
    SETTLE_STEADY = 3, /* pictures in a row of about the same brightness */
    SETTLE_DIFFER = 3, /* of 255 */
    SETTLE_DARK = 20,  /* darker, or brighter than 255 less this: not settled yet, or a night that has no more light */
};

struct v4l2 {
    int fd;
    const char *device; /* the caller's */
    struct camera_format format;
    struct camera_picture *picture;
    struct {
        uint8_t *bytes;
        size_t size;
    } buffers[BUFFERS];
    unsigned count;
    bool streaming, lent;
    struct v4l2_buffer out; /* which one is lent */
    int64_t began_ms;       /* of streaming */
    int steady, brightness; /* pictures in a row of this brightness; -1: settled */
};

static int ask(int fd, unsigned long request, void *arg) {
    int r;
    do r = ioctl(fd, request, arg);
    while (r < 0 && errno == EINTR);
    return r;
}

static int failed(const char *device, const char *what, struct err_text *e) {
    int error = errno;
    if (error == ENODEV || error == ENXIO)
        return err_set(e, ERR_NOT_FOUND, "the camera %s is not there; plug it in", device);
    if (error == EBUSY) return err_set(e, ERR_BUSY, "another program uses the camera %s; end it", device);
    return err_set(e, ERR_IO, "the camera %s failed at %s (%s); unplug it and plug it in again", device, what,
                   strerror(error));
}

/* ---- negotiation ---- */

static const struct {
    uint32_t fourcc;
    enum picture_layout layout;
} formats[] = {
    { V4L2_PIX_FMT_MJPEG, PICTURE_MJPEG },
    { V4L2_PIX_FMT_JPEG, PICTURE_MJPEG },
    { V4L2_PIX_FMT_NV12, PICTURE_NV12 },
    { V4L2_PIX_FMT_YUYV, PICTURE_YUYV },
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static int find_format(uint32_t fourcc) {
    for (int i = 0; i < FORMATS; i++)
        if (formats[i].fourcc == fourcc) return i;
    return -1;
}

struct choice {
    struct camera_format best;
    uint32_t fourcc;
    int width, height; /* wanted */
};

static void consider(struct choice *c, uint32_t fourcc, int width, int height) {
    struct camera_format before = c->best, offered = { formats[find_format(fourcc)].layout, width, height };
    camera_format_consider(&c->best, &offered, c->width, c->height);
    if (memcmp(&before, &c->best, sizeof before) != 0) c->fourcc = fourcc;
}

/* All sizes of one format; a driver that lists none is asked for what is wanted and says itself what is nearest. */
static void consider_sizes(int fd, struct choice *c, uint32_t fourcc) {
    uint32_t i = 0;
    for (; i < OFFERS_MAX; i++) {
        struct v4l2_frmsizeenum size = { .index = i, .pixel_format = fourcc };
        if (ask(fd, VIDIOC_ENUM_FRAMESIZES, &size)) break;
        if (size.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            consider(c, fourcc, (int)size.discrete.width, (int)size.discrete.height);
            continue;
        }
        const struct v4l2_frmsize_stepwise *s = &size.stepwise;
        consider(c, fourcc, camera_format_step(c->width, (int)s->min_width, (int)s->max_width, (int)s->step_width),
                 camera_format_step(c->height, (int)s->min_height, (int)s->max_height, (int)s->step_height));
        return;
    }
    if (i == 0) consider(c, fourcc, c->width, c->height);
}

static int choose(struct v4l2 *v, struct choice *c, struct err_text *e) {
    for (uint32_t i = 0; i < OFFERS_MAX; i++) {
        struct v4l2_fmtdesc f = { .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
        if (ask(v->fd, VIDIOC_ENUM_FMT, &f)) break;
        if (find_format(f.pixelformat) >= 0) consider_sizes(v->fd, c, f.pixelformat);
    }
    if (c->best.width) return 0;
    return err_set(e, ERR_UNSUPPORTED, "the camera %s offers neither MJPEG nor NV12 nor YUYV; use another one",
                   v->device);
}

/* Asks for the choice and takes what the driver makes of it. */
static int negotiate(struct v4l2 *v, int width, int height, struct err_text *e) {
    struct choice c = { .width = width, .height = height };
    int rc = choose(v, &c, e);
    if (rc) return rc;
    struct v4l2_format f = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
    f.fmt.pix.width = (uint32_t)c.best.width;
    f.fmt.pix.height = (uint32_t)c.best.height;
    f.fmt.pix.pixelformat = c.fourcc;
    f.fmt.pix.field = V4L2_FIELD_ANY;
    if (ask(v->fd, VIDIOC_S_FMT, &f)) return failed(v->device, "its format", e);
    int got = find_format(f.fmt.pix.pixelformat);
    if (got < 0 || f.fmt.pix.width < 2 || f.fmt.pix.height < 2 || f.fmt.pix.width > 16384 || f.fmt.pix.height > 16384)
        return err_set(e, ERR_UNSUPPORTED, "the camera %s gives another format than it offered; use another one",
                       v->device);
    v->format = (struct camera_format){ formats[got].layout, (int)f.fmt.pix.width, (int)f.fmt.pix.height };
    size_t least = (size_t)f.fmt.pix.width * (v->format.layout == PICTURE_YUYV ? 2 : 1),
           stride = f.fmt.pix.bytesperline;
    rc = camera_picture_create(v->format.layout, v->format.width, v->format.height, stride < least ? least : stride,
                               QUALITY, &v->picture);
    return rc ? err_set(e, rc, "out of memory for the camera") : 0;
}

/* ---- buffers ---- */

static void unmap(struct v4l2 *v) {
    for (unsigned i = 0; i < v->count; i++) (void)munmap(v->buffers[i].bytes, v->buffers[i].size);
    v->count = 0;
    struct v4l2_requestbuffers none = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
    (void)ask(v->fd, VIDIOC_REQBUFS, &none);
}

static int queue(struct v4l2 *v, uint32_t index) {
    struct v4l2_buffer b = { .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
    return ask(v->fd, VIDIOC_QBUF, &b);
}

static int map(struct v4l2 *v) {
    struct v4l2_requestbuffers want = { .count = BUFFERS,
                                        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                        .memory = V4L2_MEMORY_MMAP };
    if (ask(v->fd, VIDIOC_REQBUFS, &want) || want.count < 2) return -1;
    for (uint32_t i = 0; i < want.count && i < BUFFERS; i++) {
        struct v4l2_buffer b = { .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
        if (ask(v->fd, VIDIOC_QUERYBUF, &b)) return -1;
        void *at = mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, (off_t)b.m.offset);
        if (at == MAP_FAILED) return -1;
        v->buffers[v->count].bytes = at;
        v->buffers[v->count++].size = b.length;
        if (queue(v, i)) return -1;
    }
    return 0;
}

static void stop(struct v4l2 *v) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (v->streaming) (void)ask(v->fd, VIDIOC_STREAMOFF, &type);
    v->streaming = false;
    unmap(v);
}

static int gone_or_io(void) { return errno == ENODEV || errno == ENXIO ? ERR_GONE : ERR_IO; }

static int begin(struct v4l2 *v) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (map(v) || ask(v->fd, VIDIOC_STREAMON, &type)) {
        int rc = gone_or_io();
        log_warn("camera %s: cannot stream: %s", v->device, strerror(errno));
        unmap(v);
        return rc;
    }
    v->streaming = true;
    v->began_ms = clock_mono().ms;
    v->steady = 0;
    v->brightness = 0;
    return 0;
}

/* ---- frames ---- */

/* Is the exposure steady? Cameras begin dark, or glaring, and get used to the light within a second or two. */
static bool settled(struct v4l2 *v, const uint8_t *bytes, size_t n) {
    int now = 0;
    if (v->steady < 0) return true;
    if (camera_picture_brightness(v->picture, bytes, n, &now)) return false;
    v->steady = abs(now - v->brightness) <= SETTLE_DIFFER ? v->steady + 1 : 0;
    v->brightness = now;
    bool extreme = now < SETTLE_DARK || now > 255 - SETTLE_DARK;
    if ((v->steady >= SETTLE_STEADY && !extreme) || clock_mono().ms - v->began_ms >= SETTLE_MS) v->steady = -1;
    return v->steady < 0;
}

/* On the clock that counts suspension too; drivers stamp with CLOCK_MONOTONIC, or not at all. */
static int64_t exposed_ms(const struct v4l2_buffer *b) {
    struct timespec now;
    if ((b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) return clock_mono().ms;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t age = (now.tv_sec - b->timestamp.tv_sec) * 1000 + now.tv_nsec / 1000000 - b->timestamp.tv_usec / 1000;
    return clock_mono().ms - (age > 0 ? age : 0);
}

static int wait_frame(struct v4l2 *v, int64_t until_ms) {
    for (;;) {
        int64_t left = until_ms - clock_mono().ms;
        struct pollfd p = { .fd = v->fd, .events = POLLIN };
        int r = poll(&p, 1, left > 0 ? (int)left : 0);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return ERR_IO;
        if (r == 0) return ERR_TIMEOUT;
        if (p.revents & POLLIN) return 0;
        return p.revents & (POLLHUP | POLLNVAL) ? ERR_GONE : ERR_IO;
    }
}

/* A frame that is whole, lent until v4l2_release; or ERR_BUSY: this one was not, and the next may be. */
static int next_frame(struct v4l2 *v, struct frame *out) {
    struct v4l2_buffer b = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
    if (ask(v->fd, VIDIOC_DQBUF, &b)) return errno == EAGAIN ? ERR_BUSY : gone_or_io();
    if (b.index >= v->count) return ERR_IO;
    size_t n = b.bytesused < v->buffers[b.index].size ? b.bytesused : v->buffers[b.index].size;
    const uint8_t *bytes = v->buffers[b.index].bytes;
    bool good = !(b.flags & V4L2_BUF_FLAG_ERROR) && n > 0 && settled(v, bytes, n) &&
                camera_picture_jpeg(v->picture, bytes, n, &out->bytes, &out->len) == 0;
    if (!good) return queue(v, b.index) ? gone_or_io() : ERR_BUSY;
    out->mono_ms = exposed_ms(&b);
    v->out = b;
    v->lent = true;
    return 0;
}

static int v4l2_grab(void *state, int timeout_ms, struct frame *out) {
    struct v4l2 *v = state;
    struct frame frame;
    assert(!v->lent);
    int rc = v->streaming ? 0 : begin(v);
    int64_t until = clock_mono().ms + timeout_ms;
    while (!rc) {
        rc = wait_frame(v, until);
        if (!rc) rc = next_frame(v, &frame);
        if (!rc) {
            *out = frame;
            return 0;
        }
        if (rc == ERR_BUSY) rc = clock_mono().ms < until ? 0 : ERR_TIMEOUT;
    }
    return rc;
}

static void v4l2_release(void *state, struct frame *frame) {
    struct v4l2 *v = state;
    *frame = (struct frame){ 0 };
    if (v->lent && queue(v, v->out.index))
        log_debug("camera %s: %s", v->device, strerror(errno)); /* the next grab says it */
    v->lent = false;
}

/* ---- life ---- */

static void v4l2_close(void *state) {
    struct v4l2 *v = state;
    if (v->streaming) stop(v);
    camera_picture_destroy(v->picture);
    (void)close(v->fd);
    free(v);
}

static int check(struct v4l2 *v, struct err_text *e) {
    struct v4l2_capability cap = { 0 };
    if (ask(v->fd, VIDIOC_QUERYCAP, &cap)) return failed(v->device, "saying what it is", e);
    uint32_t can = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    if ((can & V4L2_CAP_VIDEO_CAPTURE) && (can & V4L2_CAP_STREAMING)) return 0;
    return err_set(e, ERR_UNSUPPORTED,
                   "%s is no camera that streams pictures; try the next number (v4l2-ctl --list-devices names them)",
                   v->device);
}

static int v4l2_open(const char *device, int width, int height, void **state, struct err_text *e) {
    int fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
        return err_set(e, ERR_NOT_FOUND, "the camera %s is not there; plug it in, or set [camera] device", device);
    if (fd < 0 && (errno == EACCES || errno == EPERM))
        return err_set(e, ERR_DENIED, "the camera %s may not be opened; put the program's user into the group video",
                       device);
    if (fd < 0) return failed(device, "opening", e);
    struct v4l2 *v = calloc(1, sizeof *v);
    if (!v) {
        (void)close(fd);
        return err_set(e, ERR_NOMEM, "out of memory for the camera");
    }
    v->fd = fd;
    v->device = device;
    int rc = check(v, e);
    if (!rc) rc = negotiate(v, width, height, e);
    if (rc) {
        v4l2_close(v);
        return rc;
    }
    *state = v;
    return 0;
}

const struct camera_driver camera_v4l2_driver = { "/dev/video", v4l2_open, v4l2_close, v4l2_grab, v4l2_release };
