/* SPDX-License-Identifier: MIT */
/* sitelogctl doctor: looks at everything that can be wrong from outside, and says how to mend it. Mends nothing itself. */
#include "app/photo/vacate.h"
#include "app/journal/account.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/sitelogctl/doctor.h"
#include "hal/camera.h"
#include "hal/disk.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LIST_MAX = 256 * 1024,
    STATUS_SIZE = 64 * 1024,
    USERS_MAX = 4 * 1024 * 1024,
    LOW_PERCENT = 20,
    CAMERA_MS = 6000
};

/* ---- the folder and the disk ---- */

static void check_disk(struct doctor *d) {
    const struct ctl *c = d->ctl;
    struct disk_room room;
    struct err_text e = { 0 };
    char path[300];
    int reserve = c->hub ? 5 : (int)c->board.reserve_percent;
    (void)snprintf(path, sizeof path, "%s/.doctor", c->dir);
    int rc = file_write(path, "sitelog\n", 8, 0600, &e);
    (void)unlink(path);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "disk",
                    "check that it is there, mounted for writing, not full, and owned by the daemon's user", "%s",
                    e.text);
        return;
    }
    rc = disk_room(c->dir, &room);
    if (rc)
        doctor_find(d, FINDING_WRONG, "disk", "check the device (dmesg)", "%s: free space is not known: %s", c->dir,
                    err_name(rc));
    else if (room.free_percent < reserve)
        doctor_find(d, FINDING_WRONG, "disk", "free some space: photos are refused",
                    "%s takes writing, but only %d %% are free (%lld MB)", c->dir, room.free_percent,
                    (long long)(room.free_bytes / 1000000));
    else if (room.free_percent < LOW_PERCENT)
        doctor_find(d, FINDING_WARN, "disk", "free some space soon", "%s takes writing; %d %% are free (%lld MB)",
                    c->dir, room.free_percent, (long long)(room.free_bytes / 1000000));
    else
        doctor_find(d, FINDING_OK, "disk", "", "%s takes writing; %d %% are free (%lld MB)", c->dir, room.free_percent,
                    (long long)(room.free_bytes / 1000000));
}

/* ---- database and people ---- */

static int64_t who_may(const struct ctl *c, struct db *db, int *rc) {
    struct buf list;
    struct json *root = NULL;
    int64_t n = 0;
    buf_init(&list, USERS_MAX);
    *rc = account_list(db, c->site, &list);
    if (!*rc) *rc = json_parse(list.data, list.len, &root, NULL);
    const struct json *users = json_member(root, "users");
    for (size_t i = 0; i < json_count(users); i++) {
        bool active = false, pin = false;
        (void)json_bool(json_member(json_at(users, i), "active"), &active);
        (void)json_bool(json_member(json_at(users, i), "pin"), &pin);
        n += active && pin;
    }
    json_destroy(root);
    buf_fini(&list);
    return n;
}

static bool check_database(struct doctor *d) {
    struct err_text e = { 0 };
    struct db *db = NULL;
    int rc = reach_reader(d->ctl, &db, &e);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "database",
                    rc == ERR_CORRUPT ? "put back a backup, or let head office fill a new board" : "", "%s", e.text);
        return false;
    }
    int64_t people = who_may(d->ctl, db, &rc);
    db_close(db);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "database", "check the disk (dmesg), then sitelogctl verify",
                    "%s/journal.db cannot be read: %s", d->ctl->dir, err_name(rc));
        return false;
    }
    doctor_find(d, FINDING_OK, "database", "", "%s/journal.db can be read", d->ctl->dir);
    if (people)
        doctor_find(d, FINDING_OK, "people", "", "%lld may sign in", (long long)people);
    else
        doctor_find(d, FINDING_WARN, "people", "sitelogctl user add ID --name NAME --role ROLE",
                    "nobody may sign in yet");
    return true;
}

/* ---- the daemon ---- */

static void check_daemon(struct doctor *d) {
    const struct ctl *c = d->ctl;
    struct reach_request q = { .method = "GET", .path = "/control/healthz" };
    struct err_text e = { 0 };
    struct buf reply;
    char start[96];
    int status = 0;
    (void)snprintf(start, sizeof start, "start it: systemctl start %s", c->program);
    int rc = reach_held(c, &d->held, &e);
    if (rc || !d->held) {
        doctor_find(d, FINDING_WRONG, "daemon", rc ? "" : start, "%s", rc ? e.text : "it does not run");
        return;
    }
    buf_init(&reply, STATUS_SIZE);
    rc = reach_ask(c, &q, &status, &reply, &e);
    d->answers = rc == 0;
    if (rc)
        doctor_find(d, FINDING_WRONG, "daemon", rc == ERR_GONE ? "" : "its log says more", "%s", e.text);
    else
        doctor_find(d, FINDING_OK, "daemon", "", "%s runs and answers", c->program);
    q.path = "/control/status";
    if (!rc && !c->hub && reach_ask(c, &q, &status, &reply, &e) == 0 &&
        json_parse(reply.data, reply.len, &d->status, &e))
        d->status = NULL;
    buf_fini(&reply);
}

/* ---- camera ---- */

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Without a daemon that has it: one picture is taken, and forgotten. */
static void try_camera(struct doctor *d, const char *path) {
    const struct board_conf *conf = &d->ctl->board;
    struct camera *camera = NULL;
    struct err_text e = { 0 };
    struct frame frame;
    int rc = camera_open(conf->camera_device, (int)conf->camera_width, (int)conf->camera_height, &camera, &e);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "camera", "", "%s", e.text);
        return;
    }
    rc = camera_grab(camera, CAMERA_MS, &frame);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "camera",
                    "unplug it and plug it in again; if that does not help, try another one",
                    "%s is there and gives no picture: %s", path, err_name(rc));
    } else {
        doctor_find(d, FINDING_OK, "camera", "", "%s gives pictures", path);
        camera_release(camera, &frame);
    }
    camera_close(camera);
}

static void check_move(struct doctor *d) {
    struct vacate v;
    char remedy[100];
    if (d->ctl->hub || vacate_read(d->ctl->dir, &v, NULL)) return;
    (void)snprintf(remedy, sizeof remedy, "sitelogctl move --to %s goes on with it", v.to);
    doctor_find(d, FINDING_WRONG, "move", remedy, "a move from site %s to %s was begun and is not finished", v.from,
                v.to);
}

/* What it may do, as far as the daemon tells. */
static void check_consent(struct doctor *d) {
    const char *consent = json_text(json_member(d->status, "consent"));
    if (!consent || !d->ctl->board.camera_device[0] || strcmp(consent, "given") == 0) return;
    bool refused = strcmp(consent, "refused") == 0;
    doctor_find(
        d, FINDING_WARN, "consent", "the manager records it at the panel, or head office on the site's page",
        refused ? "the customer refuses the camera: it is not used at all"
                : "the customer's consent is not recorded: no time-lapse, and requests for photos are not answered");
}

static void check_camera(struct doctor *d) {
    const char *device = d->ctl->board.camera_device, *state = json_text(json_member(d->status, "camera"));
    if (d->ctl->hub) return;
    if (!device[0]) {
        doctor_find(d, FINDING_OK, "camera", "", "none is set; photos come by phone");
        return;
    }
    bool sim = text_starts(device, "sim:");
    const char *path = sim ? device + 4 : device;
    if (sim ? !is_folder(path) : access(path, R_OK | W_OK) != 0)
        doctor_find(d, FINDING_WRONG, "camera",
                    sim ? "make the folder and put JPEG files into it"
                        : "plug the camera in, or check [camera] device (v4l2-ctl --list-devices) and the group video",
                    "%s is not there or not open to this user", path);
    else if (state && strcmp(state, "ok") != 0)
        doctor_find(d, FINDING_WRONG, "camera",
                    "check its cable, and that nothing else uses it; the daemon tries again by itself",
                    "%s is there, but the daemon says: %s", path, state);
    else if (d->held)
        doctor_find(d, FINDING_OK, "camera", "", "%s is there%s", path, state ? " and works" : "");
    else
        try_camera(d, path);
}

/* ---- the command ---- */

static void check_rejected(struct doctor *d) {
    int64_t rejected = 0;
    if (json_int(json_member(d->status, "rejected"), &rejected) && rejected > 0)
        doctor_find(d, FINDING_WARN, "records",
                    "the timeline shows them as rejected; a newer version at head office may take them",
                    "%lld records were refused by head office", (long long)rejected);
}

static int run(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    struct doctor d = { .ctl = c };
    struct err_text e = { 0 };
    int code = ctl_options(c, &cmd_doctor, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_doctor, "doctor takes no arguments");
    doctor_clock_ask(&d);
    int rc = settings_become_owner(c, &e);
    if (rc) return ctl_fail(c, &e);
    buf_init(&d.list, LIST_MAX);
    json_start(&d.w, &d.list);
    json_open(&d.w, NULL, '[');
    doctor_find(&d, FINDING_OK, "settings", "", "%s", c->config);
    check_disk(&d);
    if (check_database(&d)) check_daemon(&d);
    doctor_clock_all(&d);
    check_move(&d);
    check_camera(&d);
    check_consent(&d);
    doctor_gpio_all(&d);
    doctor_board_all(&d);
    doctor_cert_all(&d);
    doctor_net_broker(&d);
    doctor_net_hub(&d);
    doctor_hook_all(&d);
    check_rejected(&d);
    json_close(&d.w, ']');
    ctl_json_begin(c, d.wrong == 0);
    if (c->json) {
        json_put_text(&c->w, "kind", c->hub ? "hub" : "board");
        json_put_int(&c->w, "wrong", d.wrong);
        json_put_raw(&c->w, "checks", d.list.data, d.list.len);
    }
    ctl_json_end(c);
    if (d.wrong) ctl_say(c, "%d thing%s to mend.\n", d.wrong, d.wrong == 1 ? "" : "s");
    json_destroy(d.status);
    buf_fini(&d.list);
    return d.wrong ? CTL_FAILED : CTL_OK;
}

const struct ctl_command cmd_doctor = {
    .name = "doctor",
    .arguments = "",
    .what = "look at disk, database, daemon, clock and its battery, camera, button, lamp, buzzer, panel, wear, heat, "
            "power, watchdog, certificates, broker, head office and its webhooks; say how to mend what is wrong",
    .run = run,
    .json = "kind, wrong (how many), checks [{check, state \"ok\"|\"warn\"|\"wrong\", text, mend (or null)}]; ok is "
            "false when something is wrong",
};
