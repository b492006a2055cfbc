/* SPDX-License-Identifier: MIT */
/* Chooses a camera's driver by the device's name and passes calls on. Keeps no state but the driver's. */
#include "hal/camera.h"

#include "firmware/base/text.h"
#include "hal/camera_driver.h"

#include <stdlib.h>

struct camera {
    const struct camera_driver *driver;
    void *state;
};

static const struct camera_driver *const drivers[] = { &camera_v4l2_driver, &camera_sim_driver };

int camera_open(const char *device, int width, int height, struct camera **out, struct err_text *e) {
    if (*device == '\0') return err_set(e, ERR_NOT_FOUND, "no camera is set; set [camera] device");
    for (size_t i = 0; i < TEXT_ARRAY_LEN(drivers); i++) {
        if (!text_starts(device, drivers[i]->prefix)) continue;
        struct camera *camera = calloc(1, sizeof *camera);
        if (!camera) return err_set(e, ERR_NOMEM, "out of memory for the camera");
        camera->driver = drivers[i];
        int r = drivers[i]->open(device, width, height, &camera->state, e);
        if (r != 0) {
            free(camera);
            return r;
        }
        *out = camera;
        return 0;
    }
    return err_set(e, ERR_UNSUPPORTED,
                   "this program has no driver for the camera '%s'; set /dev/videoN, or sim:DIR for the simulated one",
                   device);
}

void camera_close(struct camera *camera) {
    if (!camera) return;
    camera->driver->close(camera->state);
    free(camera);
}

int camera_grab(struct camera *camera, int timeout_ms, struct frame *out) {
    return camera->driver->grab(camera->state, timeout_ms < 0 ? 0 : timeout_ms, out);
}

void camera_release(struct camera *camera, struct frame *frame) { camera->driver->release(camera->state, frame); }
