/* SPDX-License-Identifier: MIT */
/* The doctor's look at the hub's webhooks: what the hub stored of how they do. Sends nothing to them. */
#include "app/hook/hook_box.h"
#include "firmware/sitelogctl/doctor.h"

#include <stdio.h>
#include <string.h>

/* By what receivers say most often. */
static const char *remedy(const struct hook_conf *hook, const struct hook_state *s, char out[300]) {
    const char *what = "see what it says; check url and secret_file";
    if (strstr(s->text, "ould not resolve") || strstr(s->text, "imed out") || strstr(s->text, "onnect"))
        what = "check the host in url, and that this machine may reach it (proxy, firewall)";
    else if (strstr(s->text, "SSL") || strstr(s->text, "ertificate"))
        what = "check ca, and this machine's clock";
    else if (strstr(s->text, "sign") || strstr(s->text, "310000") || strstr(s->text, "19021"))
        what =
            "check secret_file against what the chat shows for the robot, its keywords and addresses, and this clock";
    else if (strstr(s->text, "93000") || strstr(s->text, "HTTP 40") || strstr(s->text, "19001"))
        what = "the robot was removed or its URL changed: copy the new one from the chat";
    (void)snprintf(out, 300,
                   "%s: %s.conf in [office] hooks; then restart sitelog-hub, which tries what is parked once more",
                   what, hook->name);
    return out;
}

static void one(struct doctor *d, struct db *db, const struct hook_conf *hook) {
    struct hook_state s;
    char mend[300], at[CLOCK_TEXT_SIZE];
    int rc = hook_box_state(db, hook->name, &s);
    if (rc) {
        doctor_find(d, FINDING_WRONG, "webhook", "sitelogctl verify", "%s: its state cannot be read: %s", hook->name,
                    err_name(rc));
        return;
    }
    clock_format(s.error, 0, at);
    if (s.parked)
        doctor_find(d, FINDING_WRONG, "webhook", remedy(hook, &s, mend),
                    "%s (%s, %s): %lld messages could not be delivered; the last failure at %s: %s", hook->name,
                    hook->format_name, hook->host, (long long)s.parked, at, s.text);
    else if (s.error.ms > s.ok.ms)
        doctor_find(d, FINDING_WARN, "webhook", remedy(hook, &s, mend),
                    "%s (%s, %s): fails, and is tried again; %lld wait; at %s: %s", hook->name, hook->format_name,
                    hook->host, (long long)s.waiting, at, s.text);
    else
        doctor_find(d, FINDING_OK, "webhook", "", "%s (%s, %s): %s; %lld wait", hook->name, hook->format_name,
                    hook->host, s.ok.ms ? "works" : "has had nothing to say yet", (long long)s.waiting);
}

void doctor_hook_all(struct doctor *d) {
    const struct hub_conf *c = &d->ctl->head;
    struct err_text e = { 0 };
    struct db *db = NULL;
    if (!d->ctl->hub || c->hook_count == 0 || reach_reader(d->ctl, &db, &e)) return;
    for (size_t i = 0; i < c->hook_count; i++) one(d, db, &c->hooks[i]);
    db_close(db);
}
