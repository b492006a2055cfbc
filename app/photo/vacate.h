/* SPDX-License-Identifier: MIT */
/* A board is emptied for its next site: everything in its data folder is deleted and made anew under the new site, but for the board's own key. A marker file,
 * {dir}/moving, says how far that is, so that a power cut at any point is gone on from: whoever opens the folder next (daemon or sitelogctl) calls vacate_finish
 * first. Files are deleted, not overwritten: what the flash's wear levelling holds back is out of reach of any program; `blkdiscard` or a new card is for that.
 * Thread: main, or the store's where said; blocks. */
#ifndef SITELOG_PHOTO_VACATE_H
#define SITELOG_PHOTO_VACATE_H

#include "app/photo/depot.h"

/* What head office has not received. */
struct vacate_left {
    int64_t records, photos, bytes;
};

/* Thread: any handle on journal.db. */
MUST_CHECK int vacate_left(struct db *db, const char *site, struct vacate_left *out);
bool vacate_is_left(const struct vacate_left *left);

enum vacate_phase {
    VACATE_BEGUN, /* everything was received; the daemon is to stop */
    VACATE_WIPE,  /* everything is received for good; being emptied and made anew */
    VACATE_CONF,  /* it works for the new site; only the settings name the old one still */
};

struct vacate {
    char from[41], to[41];
    enum vacate_phase phase;
    bool done;                                                      /* by vacate_finish: nothing is left to do */
    uint8_t secret[SIGN_SECRET_SIZE], public_key[SIGN_PUBLIC_SIZE]; /* of the board, while VACATE_WIPE; else zero */
};

/* The marker. vacate_read: ERR_NOT_FOUND: no move is under way. */
MUST_CHECK int vacate_read(const char *dir, struct vacate *out, struct err_text *e);
MUST_CHECK int vacate_begin(const char *dir, const char *from, const char *to, struct err_text *e);

/* Sets [board] site of the settings file from one site to the other, all or nothing; owner, mode and all else stay. 0 also when it says `to` already.
 * ERR_DENIED: this user may not write there; ERR_INVALID: the file names another site, or none. */
MUST_CHECK int vacate_settings(const char *config, const char *from, const char *to, struct err_text *e);

/* Goes on with a move that is under way: 0: the folder is of site out->to now; out->done false: config (NULL: not tried) still says the other one, and could not be
 * written; ERR_NOT_FOUND: there is none. ERR_CONFLICT: something was written after all that head office has not received; the move is called off.
 * ERR_BUSY: a daemon has the folder. options: as for depot_open, site is not looked at. */
MUST_CHECK int vacate_finish(const struct depot_options *options, const char *config, struct vacate *out,
                             struct err_text *e);

#endif
