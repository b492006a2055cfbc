/* SPDX-License-Identifier: MIT */
/* Not compiled: a route that goes past every seam. */
#include "app/http/route.h"
#include "app/journal/journal.h"
#include "firmware/db/db.h"
#include "firmware/sitelogd/main.h"     /* plant: folder */
#include "hal/linux/clock_kernel.h"     /* plant: folder */
#include "sync/copy/source.h"           /* plant: folder */
#include "sync/hub/tus.h"               /* plant: folder */
#include <curl/curl.h>                  /* plant: third */
#include <jpeglib.h>                    /* plant: third */
#include <microhttpd.h>                 /* plant: third */
#include <mosquitto.h>                  /* plant: third */
#include <sqlite3.h>                    /* plant: third */
#include FT_FREETYPE_H                  /* plant: macro */
static const char place[] = "/home/u-01/sitelog/notes"; /* plant: path */
static const char notes[] = "see shared/design.md"; /* plant: path */
static const char fine[] = "/var/lib/sitelog, https://example.org/a/home/";
