/* SPDX-License-Identifier: MIT */
/* Not compiled: the bottom of the tree reaches up, and takes libraries that belong elsewhere. */
#include "firmware/base/err.h"

#include "app/journal/event.h"   /* plant: folder */
#include "firmware/conf/conf.h"  /* plant: folder */
#include "hal/clock.h"           /* plant: folder */
#include "sync/wire/envelope.h"  /* plant: folder */
#include "err.h"                 /* plant: relative */
#include "../base/err.h"         /* plant: relative */
#include <cJSON.h>               /* plant: third */
#  include <systemd/sd-daemon.h> /* plant: third */
#include <ncurses.h>             /* plant: unknown */
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <uv.h>
/* #include <sqlite3.h> */
// #include <sqlite3.h>
