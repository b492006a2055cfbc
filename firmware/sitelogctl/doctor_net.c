/* SPDX-License-Identifier: MIT */
/* The doctor's looks at the network: broker and head office. Says and sends nothing but that it is there. */
#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/sitelogctl/doctor.h"
#include "firmware/net/http_client.h"
#include "sync/mqtt/mqtt.h"

#include <stdio.h>
#include <string.h>

enum { BROKER_MS = 15000, HUB_MS = 15000, STEP_MS = 200, REPLY_MAX = 64 * 1024 };

/* ---- broker ---- */

struct visit {
    bool up, down;
    char why[160];
};

static void on_will(void *ctx, int64_t connect, struct buf *payload) { (void)ctx, (void)connect, (void)payload; }

static void on_up(void *ctx, int64_t connect) {
    (void)connect;
    ((struct visit *)ctx)->up = true;
}

static void on_down(void *ctx, bool was_up, const char *why) {
    struct visit *v = ctx;
    (void)was_up;
    v->down = true;
    text_clip(v->why, sizeof v->why, why);
}

static void on_message(void *ctx, const char *topic, const char *bytes, size_t n, bool retained) {
    (void)ctx, (void)topic, (void)bytes, (void)n, (void)retained;
}

static void on_puback(void *ctx, uint64_t token) { (void)ctx, (void)token; }

static void visit(struct mqtt_options *o, struct visit *v) {
    struct err_text e = { 0 };
    struct mqtt *m = NULL;
    o->handlers = (struct mqtt_handlers){ on_will, on_up, on_down, on_message, on_puback, v };
    if (mqtt_create(o, &m, &e)) {
        text_clip(v->why, sizeof v->why, e.text);
        return;
    }
    int64_t until_ms = clock_mono().ms + BROKER_MS;
    while (!v->up && !v->down && clock_mono().ms < until_ms) mqtt_step(m, STEP_MS);
    if (!v->up && !v->down) memcpy(v->why, "no answer in time", sizeof "no answer in time");
    mqtt_destroy(m);
}

static const char *remedy(const struct visit *v) {
    if (strstr(v->why, "authori") || strstr(v->why, "user name"))
        return "the broker does not let this name in: check user and password, or the certificate, and the broker's "
               "list of users";
    if (strstr(v->why, "TLS") || strstr(v->why, "ertificate"))
        return "check ca, cert and key in the settings, their dates, and this clock";
    if (strstr(v->why, "resolve") || strstr(v->why, "Lookup") || strstr(v->why, "lookup"))
        return "check the broker's host in the settings and this network's name server";
    return "check host and port in the settings, the network cable or Wi-Fi, and that the broker runs";
}

static void check_link(struct doctor *d) {
    const char *link = json_text(json_member(d->status, "link")), *hub = json_text(json_member(d->status, "hub"));
    if (!link) return;
    if (strcmp(link, "up") != 0) {
        doctor_find(d, FINDING_WRONG, "link",
                    "see the broker above; the daemon's log says more (journalctl -u sitelogd)",
                    "the daemon has no connection to the broker");
        return;
    }
    doctor_find(d, FINDING_OK, "link", "", "the daemon is connected");
    if (strcmp(d->ctl->board.mqtt_confirm, "broker") == 0) return;
    if (hub && strcmp(hub, "down") == 0)
        doctor_find(d, FINDING_WARN, "office", "start sitelog-hub at head office; what is written here waits for it",
                    "the broker says that head office is away");
    else if (hub && strcmp(hub, "up") == 0)
        doctor_find(d, FINDING_OK, "office", "", "head office is there");
    else
        doctor_find(d, FINDING_WARN, "office", "check that head office uses the same broker and the same org",
                    "nothing was heard of head office yet");
}

void doctor_net_broker(struct doctor *d) {
    const struct board_conf *b = &d->ctl->board;
    const struct hub_conf *h = &d->ctl->head;
    bool hub = d->ctl->hub;
    char client_id[64];
    struct visit v = { 0 };
    struct mqtt_options o = { .client_id = client_id,
                              .host = hub ? h->feed_host : b->mqtt_host,
                              .port = hub ? h->feed_port : (int)b->mqtt_port,
                              .user = hub ? h->feed_user : b->mqtt_user,
                              .password = hub ? h->feed_password : b->mqtt_password,
                              .ca = hub ? h->feed_ca : b->mqtt_ca,
                              .cert = hub ? h->feed_cert : b->mqtt_cert,
                              .key = hub ? h->feed_key : b->mqtt_key,
                              .will_topic = "",
                              .retry_max_ms = BROKER_MS,
                              .connect_first = 1 };
    if (!o.host[0]) {
        doctor_find(d, FINDING_WARN, "broker", "set [mqtt] host to send to head office",
                    "none is set: nothing leaves this board");
        return;
    }
    (void)snprintf(client_id, sizeof client_id, "%s-doctor", d->ctl->writer);
    visit(&o, &v);
    if (v.up)
        doctor_find(d, FINDING_OK, "broker", "", "%s:%d lets this %s in", o.host, o.port, hub ? "hub" : "board");
    else
        doctor_find(d, FINDING_WRONG, "broker", remedy(&v), "%s:%d: %s", o.host, o.port, v.why);
    if (!hub) check_link(d);
}

/* ---- head office ---- */

static int get(const struct board_conf *b, const char *method, const char *path, int *status, struct buf *reply,
               struct err_text *e) {
    char url[300];
    size_t n = strlen(b->upload_url);
    while (n > 0 && b->upload_url[n - 1] == '/') n--;
    (void)snprintf(url, sizeof url, "%.*s%s", (int)n, b->upload_url, path);
    struct http_request r = {
        .method = method, .url = url, .ca = b->mqtt_ca, .cert = b->mqtt_cert, .key = b->mqtt_key, .timeout_ms = HUB_MS
    };
    return http_client_send(&r, status, reply, e);
}

void doctor_net_hub(struct doctor *d) {
    const struct board_conf *b = &d->ctl->board;
    struct err_text e = { 0 };
    struct buf reply;
    int status = 0;
    if (d->ctl->hub) return;
    if (!b->upload_url[0]) {
        doctor_find(d, FINDING_WARN, "hub", "set [upload] url to send photos to head office",
                    "none is set: photos stay on this board");
        return;
    }
    buf_init(&reply, REPLY_MAX);
    int rc = get(b, "GET", "/healthz", &status, &reply, &e);
    if (!rc && status == 404) rc = get(b, "OPTIONS", "/tus/", &status, &reply, &e); /* a listener for uploads only */
    if (rc == ERR_DENIED)
        doctor_find(d, FINDING_WRONG, "hub", "check ca, cert and key in [mqtt], their dates, and this clock", "%s: %s",
                    b->upload_url, e.text);
    else if (rc)
        doctor_find(d, FINDING_WRONG, "hub", "check [upload] url, the network, and that sitelog-hub runs", "%s: %s",
                    b->upload_url, e.text);
    else if (status == 503)
        doctor_find(d, FINDING_WRONG, "hub", "at head office: sitelogctl doctor",
                    "%s answers that it is not well (HTTP 503)", b->upload_url);
    else if (status >= 300)
        doctor_find(d, FINDING_WRONG, "hub", "check [upload] url: something else answers there",
                    "%s answers with HTTP %d", b->upload_url, status);
    else
        doctor_find(d, FINDING_OK, "hub", "", "%s answers", b->upload_url);
    buf_fini(&reply);
}
