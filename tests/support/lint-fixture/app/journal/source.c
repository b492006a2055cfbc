/* SPDX-License-Identifier: MIT */
/* Not compiled: a seam, which may see one header of the other side. */
#include "sync/copy/source.h"
#include "sync/wire/envelope.h"
#include "app/http/route.h"    /* plant: folder */
#include "app/photo/blobs.h"   /* plant: folder */
#include "sync/copy/sink.h"    /* plant: folder */
#include "sync/edge/outbox.h"  /* plant: folder */
