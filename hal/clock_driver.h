/* SPDX-License-Identifier: MIT */
/* What the clock's driver and its twin offer to hal/clock.c, which asks the twin first. Contracts: hal/clock.h. */
#ifndef SITELOG_HAL_CLOCK_DRIVER_H
#define SITELOG_HAL_CLOCK_DRIVER_H

#include "hal/clock.h"

/* hal/linux/clock_kernel.c: whether the kernel says that the clock is synchronised. */
bool clock_kernel_synchronised(void);

/* hal/sim/clock_sim.c: false where nothing is scripted, as in every build but a test's. */
bool clock_sim_grade(enum clock_grade *out);

#endif
