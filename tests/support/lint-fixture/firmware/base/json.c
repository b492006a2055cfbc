/* SPDX-License-Identifier: MIT */
/* Not compiled: the one file that may include it. */
#include <cJSON.h>
