/* SPDX-License-Identifier: MIT */
/* What the simulated devices have in common: a folder in which a test writes what a person would do, and reads what a person would see.
 * Thread: the device's. */
#ifndef SITELOG_HAL_SIM_SIM_DIR_H
#define SITELOG_HAL_SIM_SIM_DIR_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_DIR_PATH_SIZE 512
#define SIM_DIR_CHANGES   32

/* "{dir}/{name}"; false: too long. */
bool sim_dir_path(const char *dir, const char *name, char out[SIM_DIR_PATH_SIZE]);

/* Is there such a file? */
bool sim_dir_has(const char *dir, const char *name);

/* Is the word a line of {dir}/faults? */
bool sim_dir_fault(const char *dir, const char *word);

/* A FIFO that is made where it is not there yet, for reading without waiting; it does not end when a writer leaves. ERR_NOT_FOUND (no such
 * folder), ERR_IO. *fd: close() it. */
MUST_CHECK int sim_dir_fifo(const char *dir, const char *name, int *fd, struct err_text *e);

/* What a device shows: the last changes of a value, oldest first. */
struct sim_dir_shown {
    char path[SIM_DIR_PATH_SIZE];
    struct {
        int64_t at_ms;
        int value;
    } list[SIM_DIR_CHANGES];
    size_t n;
};

/* Adds a change and writes the file {dir}/{name} anew, at once for who reads it: lines "MS VALUE". ERR_IO. */
MUST_CHECK int sim_dir_show(struct sim_dir_shown *shown, int value);

#endif
