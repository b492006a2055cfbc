/* SPDX-License-Identifier: MIT */
/* What routes work with: filled once by the program's main, read-only afterwards. A route takes from it what it needs; a new thing that several
 * routes share is a new member here. Thread: members say whose they are; stores, journal name and strings are anybody's. */
#ifndef SITELOG_HTTP_APP_H
#define SITELOG_HTTP_APP_H

#include "app/http/role.h"
#include "firmware/db/store.h"

struct hook_list;
struct journal;
struct live;
struct photos;
struct report;
struct report_view;
struct sessions;
struct tz;
struct viewfinder;

#define APP_PAGE_SIZE 96 /* of the address of a page */

/* How the machine is, as last looked at. */
struct vitals {
    int wear_percent, wear_spare; /* hal/disk.h; 0: not known */
    int64_t written_bytes;        /* by this board's programs, over all runs; -1: not known */
    bool temperature_known;
    int temperature_c;
};

struct app {
    bool board;          /* a board, or the hub */
    bool tls;            /* cookies get Secure */
    const char *version; /* of the program */
    const char *org;
    const char *site;      /* a board's; "" at the hub */
    const char *writer_id; /* the board's id, or "hub" */
    const char *dir;       /* data folder */
    const char *timezone;
    const struct tz *tz; /* of timezone; immutable */

    struct store *writer; /* the only one that writes journal.db */
    struct store *reader;
    struct journal *journal;       /* STEP_WRITE only */
    struct photos *photos;         /* NULL: none */
    struct live *live;             /* live_publish: any thread; may be NULL in tests */
    struct sessions *sessions;     /* loop thread: STEP_LOOP */
    struct viewfinder *viewfinder; /* loop thread; NULL: no camera's picture here (hub) */

    /* What the status line tells. Any thread; must not block. NULL: unknown. */
    void *status_ctx;
    const char *(*link_state)(void *ctx);   /* "up" "down" */
    const char *(*hub_state)(void *ctx);    /* "up" "down" "unknown" */
    const char *(*camera_state)(void *ctx); /* "ok" "absent" "failed" */
    const char *(*power_state)(void *ctx);  /* "good" "failing" "unknown" */
    void (*vitals)(void *ctx, struct vitals *out);
    int (*pages)(void *ctx, char out[][APP_PAGE_SIZE], int max); /* where phones find the pages: "http://192.168.8.1" */
    void (*send_now)(void *ctx); /* "send now" on the screen: try the link and the uploads at once */

    /* Which sites a person works for (the hub). Loop thread; must not block. NULL: all. */
    void *may_see_ctx;
    bool (*may_see)(void *ctx, const char *user, enum role role, const char *site);

    /* Is there such a site (the hub)? The store's or the reader's thread. NULL: not asked. */
    int (*site_known)(struct db *db, const char *site, bool *out);

    /* Draws a report (app/report/report_pdf.h), where this program was linked with what that takes: the hub. Pool thread. NULL: no PDF. */
    int (*report_pdf)(const struct report *r, const struct report_view *view, struct buf *out, struct err_text *e);

    int64_t silent_after_s;        /* the hub: a board unheard for this long is silent */
    const struct hook_list *hooks; /* the hub's webhooks, by their settings; NULL at a board */

    void *more; /* the program's own */
};

#endif
