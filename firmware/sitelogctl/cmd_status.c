/* SPDX-License-Identifier: MIT */
/* sitelogctl status: where a board or head office stands. Asks the daemon where one runs, else looks at the journal. */
#include "app/journal/board.h"
#include "app/journal/consent.h"
#include "app/journal/counts.h"
#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelogctl/reach.h"
#include "hal/clock.h"
#include "hal/disk.h"
#include "hal/power.h"
#include "hal/thermal.h"

#include <stdio.h>
#include <string.h>

enum { STATUS_SIZE = 4 * 1024 * 1024, PORT_SIZE = 16 };

/* ---- a board without its daemon ---- */

static int read_board(const struct ctl *c, struct db *db, struct json_out *w) {
    struct counts counts;
    struct outbox_counts photos;
    struct disk_room room = { 0 };
    int celsius = 0;
    int rc = counts_read(db, c->site, &counts);
    if (!rc) rc = outbox_counts(db, &photos);
    if (!rc) rc = disk_room(c->dir, &room);
    if (rc) return rc;
    json_put_text(w, "board", c->writer);
    json_put_text(w, "site", c->site);
    json_put_text(w, "version", cli_version);
    json_put_text(w, "clock", clock_grade_name(clock_grade()));
    json_put_text(w, "link", "down");
    json_put_text(w, "hub", "unknown");
    counts_put(&counts, w);
    outbox_put_counts(&photos, w);
    json_put_int(w, "rejected", (int64_t)counts.rejected);
    json_open(w, "disk", '{');
    json_put_int(w, "free_bytes", room.free_bytes);
    json_put_int(w, "free_percent", room.free_percent);
    json_put_text(
        w, "level",
        space_level_name(space_level_next(SPACE_OK, room.free_bytes, room.total_bytes, c->board.reserve_percent)));
    json_close(w, '}');
    json_put_text(w, "camera", c->board.camera_device[0] ? "unknown" : "absent");
    enum consent consent = CONSENT_UNRECORDED;
    rc = consent_read(db, c->site, &consent);
    json_put_text(w, "consent", consent_name(consent));
    if (thermal_read(&celsius) == 0) json_put_int(w, "temperature_c", celsius);
    json_put_text(w, "power", power_state_name(power_look(c->board.power_supply)));
    return rc;
}

/* ---- head office ---- */

static int read_hub(const struct ctl *c, struct db *db, struct json_out *w) {
    struct disk_room room = { 0 };
    struct buf boards;
    buf_init(&boards, STATUS_SIZE);
    int rc = board_list(db, NULL, &boards);
    if (!rc) rc = disk_room(c->dir, &room);
    if (!rc && boards.len > 1) {
        json_put_text(w, "org", c->org);
        json_put_text(w, "version", cli_version);
        json_put_text(w, "clock", clock_grade_name(clock_grade()));
        json_open(w, "disk", '{');
        json_put_int(w, "free_bytes", room.free_bytes);
        json_put_int(w, "free_percent", room.free_percent);
        json_close(w, '}');
        json_put_raw(w, "known", boards.data, boards.len);
    }
    buf_fini(&boards);
    return rc;
}

static int look(const struct ctl *c, struct buf *out, struct err_text *e) {
    struct db *db = NULL;
    struct json_out w;
    int rc = reach_reader(c, &db, e);
    if (rc) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    rc = c->hub ? read_hub(c, db, &w) : read_board(c, db, &w);
    json_close(&w, '}');
    db_close(db);
    if (!rc) rc = out->error;
    return rc ? err_set(e, rc, "%s/journal.db cannot be read: %s", c->dir, err_name(rc)) : 0;
}

/* ---- for people ---- */

static const char *text_of(const struct json *o, const char *name) {
    const char *text = json_text(json_member(o, name));
    return text ? text : "?";
}

static long long int_of(const struct json *o, const char *name) {
    int64_t value = 0;
    (void)json_int(json_member(o, name), &value);
    return (long long)value;
}

static void tell_disk(struct ctl *c, const struct json *s) {
    const struct json *disk = json_member(s, "disk");
    const char *level = json_text(json_member(disk, "level"));
    bool told = level && strcmp(level, "ok") != 0; /* doctor says what it means */
    ctl_say(c, "disk       %lld MB free (%lld %%)%s%s\n", int_of(disk, "free_bytes") / 1000000,
            int_of(disk, "free_percent"), told ? ", " : "", told ? level : "");
}

static void tell_board(struct ctl *c, const struct json *s) {
    static const char *const lanes[] = { "alert", "record", "photo" };
    const struct json *photos = json_member(s, "photos");
    ctl_say(c, "link       %s; head office: %s\n", text_of(s, "link"), text_of(s, "hub"));
    for (size_t i = 0; i < 3; i++) {
        const struct json *lane = json_member(json_member(s, "lanes"), lanes[i]);
        ctl_say(c, "%-10s saved %lld, sent %lld, received %lld\n", lanes[i], int_of(lane, "saved"),
                int_of(lane, "sent"), int_of(lane, "received"));
    }
    ctl_say(c, "photos     %lld (%lld MB), not yet at head office: %lld (%lld MB)\n", int_of(photos, "total"),
            int_of(photos, "bytes") / 1000000, int_of(photos, "pending"), int_of(photos, "pending_bytes") / 1000000);
    if (int_of(s, "rejected"))
        ctl_say(c, "rejected   %lld records were refused by head office\n", int_of(s, "rejected"));
    tell_disk(c, s);
    ctl_say(c, "camera     %s\n", text_of(s, "camera"));
}

static void tell_hub(struct ctl *c, const struct json *s) {
    const struct json *boards = json_member(json_member(s, "known"), "boards");
    tell_disk(c, s);
    ctl_say(c, "boards     %zu\n", json_count(boards));
    for (size_t i = 0; i < json_count(boards); i++) {
        const struct json *b = json_at(boards, i);
        bool online = false;
        (void)json_bool(json_member(b, "online"), &online);
        ctl_say(c, "  %s of %s: %s, last heard of %s\n", text_of(b, "board"), text_of(b, "site"),
                online ? "online" : "offline", text_of(b, "last_seen"));
    }
}

static void read_port(const struct ctl *c, char out[PORT_SIZE]) {
    char path[300];
    struct buf text;
    out[0] = '\0';
    buf_init(&text, PORT_SIZE - 1);
    (void)snprintf(path, sizeof path, "%s/http.port", c->dir);
    if (file_read(path, &text, NULL) == 0 && text.len) {
        (void)snprintf(out, PORT_SIZE, "%s", text.data);
        out[strcspn(out, "\n")] = '\0';
    }
    buf_fini(&text);
}

static void tell(struct ctl *c, bool running, const struct json *s, const struct buf *text) {
    char port[PORT_SIZE] = "";
    if (running) read_port(c, port);
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "kind", c->hub ? "hub" : "board");
        json_put_bool(&c->w, "running", running);
        json_put_text(&c->w, "port", port[0] ? port : NULL);
        json_put_raw(&c->w, "status", text->data, text->len);
    }
    ctl_json_end(c);
    if (c->hub)
        ctl_say(c, "head office of %s\n", c->org);
    else
        ctl_say(c, "board %s of site %s\n", c->writer, c->site);
    if (running)
        ctl_say(c, "%-10s running, http port %s, version %s\n", c->program, port[0] ? port : "?",
                text_of(s, "version"));
    else
        ctl_say(c, "%-10s NOT RUNNING; start it: systemctl start %s\n", c->program, c->program);
    if (c->hub)
        tell_hub(c, s);
    else
        tell_board(c, s);
}

static int run(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    static const char *const health = "/control/healthz", *const marks = "/control/status";
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct err_text e = { 0 };
    struct buf text;
    bool held = false;
    int status = 0;
    int code = ctl_options(c, &cmd_status, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_status, "status takes no arguments");
    buf_init(&text, STATUS_SIZE);
    struct reach_request q = { .method = "GET", .path = c->hub ? health : marks };
    int rc = settings_become_owner(c, &e);
    if (!rc) rc = reach_held(c, &held, &e);
    if (!rc && held) rc = reach_ask(c, &q, &status, &text, &e);
    if (!rc && (!held || c->hub)) {
        buf_clear(&text);
        rc = look(c, &text, &e);
    }
    if (!rc) rc = json_parse(text.data, text.len, &root, &e);
    if (!rc) tell(c, held, root, &text);
    buf_fini(&text);
    return rc ? ctl_fail(c, &e) : CTL_OK;
}

const struct ctl_command cmd_status = {
    .name = "status",
    .arguments = "",
    .what = "where it stands: what is saved, sent and received, disk, clock, camera, link",
    .run = run,
    .json = "kind, running, port (null when not running), status (a board: as GET /api/v1/status; head office: org, "
            "version, clock, disk, known "
            "{boards [as GET /api/v1/boards]})",
};
