/* SPDX-License-Identifier: MIT */
/* Not compiled: the one route that may. */
#include "sync/hub/tus.h"
#include "sync/hub/feed.h" /* plant: folder */
