/* SPDX-License-Identifier: MIT */
/* What a board is made of, and in which order it starts and stops. */
#include "firmware/sitelogd/daemon.h"

#include "app/http/herald.h"
#include "app/http/status.h"
#include "app/http/viewfinder.h"
#include "app/journal/sink.h"
#include "app/journal/source.h"
#include "app/photo/outbox.h"
#include "app/photo/shutter.h"
#include "firmware/base/log.h"
#include "firmware/runtime/cli.h"
#include "firmware/runtime/clock_watch.h"
#include "firmware/runtime/connect.h"
#include "firmware/runtime/deadlines.h"
#include "firmware/runtime/doubt.h"
#include "firmware/runtime/pages.h"
#include "firmware/runtime/runtime.h"
#include "firmware/sitelogd/backlight.h"
#include "firmware/sitelogd/camera_watch.h"
#include "firmware/sitelogd/outages.h"
#include "firmware/sitelogd/requests.h"
#include "firmware/sitelogd/signals.h"
#include "firmware/sitelogd/upkeep.h"
#include "hal/watchdog.h"
#include "sync/edge/link.h"
#include "sync/edge/uploader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STALE_MS = 60000, LOOKUP_MS = 45000, UPLOAD_IDLE_MS = 60000, LINK_STOP_MS = 1500, SERVER_STOP_MS = 1500 };

struct daemon {
    const struct board_conf *conf;
    struct runtime rt;
    struct shutter *shutter;
    struct camera_watch camera_watch;
    struct upkeep upkeep;
    struct outages outages;
    struct deadlines deadlines;
    struct clock_watch *clock_watch;
    struct requests requests;
    struct signals *signals;
    struct backlight *backlight;
    struct db *link_db; /* link's thread */
    struct source *source;
    struct sink *sink;
    struct link *_Atomic link; /* NULL: no [mqtt] host; other threads look at it while start sets it */
    struct outbox_impl *outbox;
    struct uploader *_Atomic uploader; /* NULL: no [upload] url; likewise */
};

/* ---- what the link asks and tells (its thread) ---- */

static int health(void *ctx, struct buf *json) {
    struct daemon *b = ctx;
    return status_print(&b->rt.app, b->link_db, json);
}

static void link_changed(void *ctx, const struct link_status *status) {
    struct daemon *b = ctx;
    bool hold = strcmp(b->conf->mqtt_confirm, "broker") != 0 && status->hub != PEER_THERE;
    if (b->uploader) {
        uploader_hold(b->uploader, hold);
        if (!hold) uploader_now(b->uploader);
    }
    herald_wake(b->rt.herald);
    if (status->up) connect_save(&b->rt.app, status->connect);
}

static void blobs_told(void *ctx, const char (*confirmed)[HASH_TEXT_SIZE], size_t confirmed_count,
                       const char (*want)[HASH_TEXT_SIZE], size_t want_count) {
    struct daemon *b = ctx;
    if (!b->uploader) return;
    if (confirmed_count) uploader_confirmed(b->uploader, confirmed, confirmed_count);
    if (want_count) uploader_withdrawn(b->uploader, want, want_count);
}

static void hub_lost(void *ctx) { /* link's thread */
    struct daemon *b = ctx;
    if (b->uploader) uploader_doubted(b->uploader);
}

static void doubted(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key) {
    struct daemon *b = ctx;
    doubt_settle(&b->rt.app, site, doubt, key);
}

static size_t unconfirmed(void *ctx, char (*out)[HASH_TEXT_SIZE], size_t max) {
    struct daemon *b = ctx;
    size_t n = 0;
    return outbox_unconfirmed(b->link_db, out, max, &n) ? 0 : n;
}

/* ---- what the status line asks (any thread) ---- */

static const char *link_word(void *ctx) {
    struct daemon *b = ctx;
    return b->link && link_status(b->link).up ? "up" : "down";
}

static bool link_is_up(void *ctx) {
    struct daemon *b = ctx;
    return b->link && link_status(b->link).up;
}

static const char *power_word(void *ctx) {
    struct daemon *b = ctx;
    return outages_power(&b->outages);
}

static void look_at_vitals(void *ctx, struct vitals *out) {
    struct daemon *b = ctx;
    upkeep_vitals(&b->upkeep, out);
}

static int find_pages(void *ctx, char out[][APP_PAGE_SIZE], int max) {
    struct daemon *b = ctx;
    if (!b->rt.server) return 0; /* not yet */
    return pages_find(b->conf->http_listen, b->conf->tls_cert[0] != '\0', server_port(b->rt.server), out, max);
}

static const char *hub_word(void *ctx) {
    static const char *const words[] = { [PEER_UNKNOWN] = "unknown", [PEER_AWAY] = "down", [PEER_THERE] = "up" };
    struct daemon *b = ctx;
    return words[b->link ? link_status(b->link).hub : PEER_UNKNOWN];
}

static const char *camera_word(void *ctx) {
    struct daemon *b = ctx;
    return shutter_state_name(shutter_state(b->shutter));
}

static void send_now(void *ctx) {
    struct daemon *b = ctx;
    if (b->link) link_send_now(b->link);
    if (b->uploader) uploader_now(b->uploader);
}

/* ---- after commits ---- */

static void on_commit(void *ctx) { /* store's thread */
    struct daemon *b = ctx;
    if (b->link) link_wake(b->link);
}

static void on_settle(void *ctx) {
    struct daemon *b = ctx;
    if (b->uploader) uploader_wake(b->uploader);
    upkeep_wake(&b->upkeep);
    requests_answer(&b->requests);
    deadlines_wake(&b->deadlines);
    signals_settle(b->signals);
}

static void uploads_changed(void *ctx) { /* upload thread */
    struct daemon *b = ctx;
    herald_wake(b->rt.herald);
}

static void upload_corrupt(void *ctx, const char *sha256, bool thumb) {
    (void)ctx;
    log_error("photo %.12s (%s): the stored bytes are damaged and cannot be sent; check the disk: sitelogctl verify",
              sha256, thumb ? "thumbnail" : "original");
}

/* A look-up of the broker's name may take LOOKUP_MS; an uploader with nothing to do shows life once a minute. */
static size_t lives(void *ctx, struct life *out, size_t max) {
    struct daemon *b = ctx;
    size_t n = 0;
    if (b->link && n < max) out[n++] = (struct life){ "mqtt", link_alive_ms(b->link), STALE_MS + LOOKUP_MS };
    if (b->uploader && n < max)
        out[n++] = (struct life){ "upload", uploader_counts(b->uploader).alive_ms, STALE_MS + UPLOAD_IDLE_MS };
    if (b->shutter && n < max)
        out[n++] = (struct life){ "camera", shutter_alive_ms(b->shutter), life_deadline_ms(STALE_MS) };
    return n;
}

/* ---- start and stop ---- */

static int start_link(struct daemon *b, struct err_text *e) {
    const struct board_conf *c = b->conf;
    if (!c->mqtt_host[0]) {
        log_warn("[mqtt] host is not set: nothing is sent to head office");
        return 0;
    }
    struct link_options o = { .org = c->org,
                              .site = c->site,
                              .board = c->board,
                              .host = c->mqtt_host,
                              .port = (int)c->mqtt_port,
                              .user = c->mqtt_user,
                              .password = c->mqtt_password,
                              .ca = c->mqtt_ca,
                              .cert = c->mqtt_cert,
                              .key = c->mqtt_key,
                              .retry_max_ms = c->mqtt_retry_max_s * 1000,
                              .confirm_broker = strcmp(c->mqtt_confirm, "broker") == 0,
                              .software = cli_version,
                              .boot = journal_boot(b->rt.depot.journal),
                              .connect_first = b->rt.depot.identity.connect_first,
                              .health = health,
                              .changed = link_changed,
                              .blobs = blobs_told,
                              .hub_lost = hub_lost,
                              .doubt = doubted,
                              .unconfirmed = unconfirmed,
                              .ctx = b };
    memcpy(o.secret, b->rt.depot.identity.secret, sizeof o.secret);
    memcpy(o.public_key, b->rt.depot.identity.public_key, sizeof o.public_key);
    struct link *link = NULL;
    int rc = depot_reader(&b->rt.depot, &b->link_db, e);
    if (!rc) rc = link_create(&o, &link, e);
    if (rc) return rc;
    b->link = link;
    struct source_options so = { .reader = b->link_db, .store = b->rt.writer, .journal = b->rt.depot.journal };
    struct sink_options si = {
        .reader = b->link_db, .store = b->rt.writer, .journal = b->rt.depot.journal, .mail = link_mailbox(link)
    };
    rc = source_create(&so, &b->source);
    if (!rc) rc = sink_create(&si, &b->sink);
    if (rc) return err_set(e, rc, "the link could not be made: %s", err_name(rc));
    return link_start(link, source_seam(b->source), sink_seam(b->sink), e);
}

static int start_uploader(struct daemon *b, struct err_text *e) {
    const struct board_conf *c = b->conf;
    if (!c->upload_url[0]) {
        log_warn("[upload] url is not set: photos stay on this board");
        return 0;
    }
    struct db *reader = NULL;
    int rc = depot_reader(&b->rt.depot, &reader, e);
    if (!rc) rc = outbox_create(reader, b->rt.writer, b->rt.photos.blobs, &b->outbox);
    if (rc) return err_set(e, rc, "the uploader could not be made: %s", err_name(rc));
    bool broker = strcmp(c->mqtt_confirm, "broker") == 0;
    struct uploader_options o = { .url = c->upload_url,
                                  .board = c->board,
                                  .ca = c->mqtt_ca,
                                  .cert = c->mqtt_cert,
                                  .key = c->mqtt_key,
                                  .confirm_broker = broker,
                                  .outbox = outbox_seam(b->outbox),
                                  .changed = uploads_changed,
                                  .corrupt = upload_corrupt,
                                  .ctx = b };
    struct uploader *uploader = NULL;
    rc = uploader_start(&o, &uploader, e);
    b->uploader = uploader;
    if (!rc && !broker) uploader_hold(uploader, true); /* until hub/state says that head office is there */
    return rc;
}

static int start_camera(struct daemon *b) {
    struct shutter_options o = { .device = b->conf->camera_device,
                                 .width_px = (int)b->conf->camera_width,
                                 .height_px = (int)b->conf->camera_height,
                                 .changed = camera_watch_changed,
                                 .ctx = &b->camera_watch };
    int rc = camera_watch_start(&b->camera_watch, &b->rt, &b->outages.camera);
    if (!rc) rc = shutter_start(&o, &b->shutter);
    return rc ? rc : viewfinder_create(&b->rt.loop, b->shutter, &b->rt.app.viewfinder);
}

static int start_panel(struct daemon *b, struct err_text *e) {
    int rc = signals_start(&b->rt, b->conf, &b->signals);
    if (!rc) rc = backlight_start(&b->rt.loop, b->conf, &b->backlight);
    return rc ? err_set(e, rc, "button, lamp and panel could not be started: %s", err_name(rc)) : 0;
}

static int start(struct daemon *b, const struct runtime_options *o, struct err_text *e) {
    struct runtime *r = &b->rt;
    int rc = runtime_open(r, o, e);
    struct clock_watch_options watch = { .loop = &r->loop, .writer = r->writer, .journal = r->depot.journal };
    if (!rc) rc = clock_watch_start(&watch, &b->clock_watch, e);
    if (rc) return rc;
    b->outages.supply = b->conf->power_supply;
    b->outages.link_up = b->conf->mqtt_host[0] ? link_is_up : NULL;
    b->outages.ctx = b;
    rc = outages_start(&b->outages, r, e); /* what the last run left comes before what this one sees */
    if (!rc) rc = start_camera(b);
    if (rc) return err_set(e, rc, "%s", e->text[0] ? e->text : "the camera's thread could not be started");
    r->photos.shutter = b->shutter;
    r->app.status_ctx = b;
    r->app.link_state = link_word;
    r->app.hub_state = hub_word;
    r->app.camera_state = camera_word;
    r->app.send_now = send_now;
    requests_init(&b->requests, r, b->conf);
    r->app.power_state = power_word;
    r->app.vitals = look_at_vitals;
    r->app.pages = find_pages;
    rc = deadlines_start(&b->deadlines, r, 0, e);
    if (!rc) rc = upkeep_start(&b->upkeep, r, b->conf, e);
    if (!rc) rc = start_uploader(b, e);
    if (!rc) rc = start_link(b, e);
    if (!rc) rc = runtime_serve(r, o, e);
    if (!rc) rc = start_panel(b, e);
    if (!rc) requests_answer(&b->requests); /* what was asked for before the power went */
    return rc;
}

/* A board whose watchdog cannot be had works all the same. */
static void arm_watchdog(struct daemon *b) {
    const struct board_conf *c = b->conf;
    struct err_text e = { 0 };
    if (!c->watchdog_device[0]) return;
    if (watchdog_open(c->watchdog_device, (int)c->watchdog_timeout_s, &b->rt.watchdog, &e))
        log_error("[watchdog] device: %s", e.text);
    else
        log_info("watchdog %s: resets the board when it is not fed for %d s", c->watchdog_device,
                 watchdog_timeout_s(b->rt.watchdog));
}

/* Last of all: a stop that hangs is cut short by a reset. */
static void disarm_watchdog(struct daemon *b) {
    int timeout_s = b->rt.watchdog ? watchdog_timeout_s(b->rt.watchdog) : 0;
    if (!watchdog_close(b->rt.watchdog))
        log_warn("the watchdog cannot be disarmed and resets the board in %d s unless this program runs again",
                 timeout_s);
    b->rt.watchdog = NULL;
}

/* failure: why it could not start; NULL: it ran. */
static void stop(struct daemon *b, const struct err_text *failure) {
    struct runtime *r = &b->rt;
    r->on_settle = NULL; /* the loop runs on in between, and what it wakes is taken apart */
    viewfinder_close(r->app.viewfinder);
    runtime_stop_server(r);
    backlight_stop(b->backlight);
    shutter_stop(b->shutter);
    camera_watch_stop(&b->camera_watch);
    requests_stop(&b->requests); /* their photos end with the shutter */
    signals_stop(b->signals);
    deadlines_stop(&b->deadlines);
    outages_stop(&b->outages); /* before what may hang: a clean stop is one, whatever the link does */
    clock_watch_stop(b->clock_watch);
    if (b->link && !link_stop(b->link, LINK_STOP_MS)) {
        /* Its thread hangs in a name look-up and may still touch what we would free; all that counts is durable. */
        if (failure) log_error("%s", failure->text);
        log_info("stopped, without waiting for a name look-up");
        disarm_watchdog(b);
        _exit(failure ? CLI_EXIT_FAILURE : CLI_EXIT_OK);
    }
    uploader_stop(b->uploader); /* after the link, which tells it whether head office is there */
    viewfinder_destroy(r->app.viewfinder);
    upkeep_stop(&b->upkeep);
    runtime_stop_stores(r);
    deadlines_fini(&b->deadlines);
    link_destroy(b->link);
    sink_destroy(b->sink);
    source_destroy(b->source);
    outbox_destroy(b->outbox);
    db_close(b->link_db);
    upkeep_fini(&b->upkeep);
    clock_watch_destroy(b->clock_watch);
    runtime_close(r);
    backlight_destroy(b->backlight);
    signals_destroy(b->signals);
    shutter_destroy(b->shutter);
}

int daemon_run(const struct board_conf *conf, struct err_text *e) {
    struct daemon *b = calloc(1, sizeof *b);
    if (!b) return err_set(e, ERR_NOMEM, "out of memory");
    b->conf = conf;
    b->rt.on_commit = on_commit;
    b->rt.on_settle = on_settle;
    b->rt.lives = lives;
    b->rt.ctx = b;
    struct runtime_options o = {
        .depot = { .org = conf->org,
                   .site = conf->site,
                   .writer = conf->board,
                   .timezone = conf->timezone,
                   .dir = conf->dir,
                   .reserve_percent = conf->reserve_percent },
        .board = true,
        .log_level = conf->log_level,
        .server = { .main = { .address = conf->http_listen, .tls_cert = conf->tls_cert, .tls_key = conf->tls_key },
                    .limits = { .stop_ms = SERVER_STOP_MS } },
    };
    int rc = start(b, &o, e);
    if (!rc) {
        log_info("board %s of site %s: http on port %u", conf->board, conf->site, server_port(b->rt.server));
        arm_watchdog(b);
        runtime_run(&b->rt);
    }
    stop(b, rc ? e : NULL);
    disarm_watchdog(b);
    free(b);
    return rc;
}
