/* SPDX-License-Identifier: MIT */
/* Where the hub keeps uploads while they come: partial/<id> with a description <id>.json beside it, taken into the blob folder when they are
 * complete and fit their hash. Implements the storage of sync/hub/tus.h. Survives being killed at any moment. */
#ifndef SITELOG_PHOTO_INBOX_H
#define SITELOG_PHOTO_INBOX_H

#include "app/photo/blob_dir.h"
#include "sync/hub/tus.h"

/* The seam over a blob folder, which must outlive it. Thread: any. */
struct tus_store inbox_store(struct blob_dir *d);

#endif
