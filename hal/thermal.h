/* SPDX-License-Identifier: MIT */
/* How hot the board is. Thread: any; a read may ask a chip (milliseconds). */
#ifndef SITELOG_HAL_THERMAL_H
#define SITELOG_HAL_THERMAL_H

#include "firmware/base/err.h"

/* The hottest of the kernel's thermal zones, in degrees Celsius. ERR_NOT_FOUND: there is none that says anything plausible. */
MUST_CHECK int thermal_read(int *out_c);

#endif
