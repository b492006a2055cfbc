/* SPDX-License-Identifier: MIT */
/* One MQTT 3.1.1 connection that comes back: connecting, deadlines, back-off with full jitter, and nothing of what travels over it.
 * The one file that includes mosquitto.h. Facts about libmosquitto 2.0.11 that it is designed around (measured): it queues without bound when
 * asked to publish while offline, so publishing is refused then; its own loop gives up on a refused CONNACK, so reconnecting is done here, with
 * a new client each time, which also throws its queue away; name look-up blocks even in the asynchronous connect, so the owner is a
 * thread of its own. QoS 1, clean session.
 * Thread: one owner for everything, except mqtt_wake. mqtt_step blocks (up to 10 s more while a name is looked up). */
#ifndef SITELOG_MQTT_MQTT_H
#define SITELOG_MQTT_MQTT_H

#include "firmware/base/buf.h"

#include <stdbool.h>

struct mqtt;

struct mqtt_handlers {
    /* What the last will says, made anew for each connection. Appends to *payload. */
    void (*will)(void *ctx, int64_t connect, struct buf *payload);
    /* The broker accepted us: subscribe and publish now. connect: this end's count of connections. */
    void (*up)(void *ctx, int64_t connect);
    /* The connection ended, or an attempt failed (was_up false). why: for a person. Everything in flight is forgotten. */
    void (*down)(void *ctx, bool was_up, const char *why);
    void (*message)(void *ctx, const char *topic, const char *bytes, size_t n, bool retained);
    void (*puback)(void *ctx, uint64_t token);
    void *ctx;
};

struct mqtt_options {
    const char *client_id;
    const char *host;
    int port;
    const char *user, *password; /* or "" */
    const char *ca, *cert, *key; /* files, or ""; ca alone: server is checked; all three: mutual TLS */
    const char *will_topic;      /* retained, QoS 1; "": no will, handlers.will is not called */
    int64_t retry_max_ms;
    int64_t connect_deadline_ms; /* for TCP, TLS and CONNACK together; 0: 20 s */
    int64_t connect_first;       /* the count of the first connection */
    struct mqtt_handlers handlers;
};

/* Does not connect yet. Texts are copied. ERR_NOMEM, ERR_INVALID (TLS files). */
MUST_CHECK int mqtt_create(const struct mqtt_options *options, struct mqtt **out, struct err_text *e);

/* Says goodbye if it is up (the last will is not sent then). */
void mqtt_destroy(struct mqtt *m);

/* One turn: connects when that is due, waits for the socket, a wake or max_wait_ms (monotonic), reads, writes, calls handlers. */
void mqtt_step(struct mqtt *m, int64_t max_wait_ms);

/* Ends a wait in mqtt_step. Thread: any. */
void mqtt_wake(struct mqtt *m);

/* How many messages mqtt_publish takes now before it says ERR_BUSY; 0 while the link is down. */
size_t mqtt_room(const struct mqtt *m);

/* Queues to the client library. token 0: nobody asks for its PUBACK. ERR_GONE while the link is down; ERR_BUSY
 * (mqtt_room), ERR_NOMEM, ERR_TOO_BIG, ERR_INVALID. */
MUST_CHECK int mqtt_publish(struct mqtt *m, const char *topic, const void *bytes, size_t n, bool retain,
                            uint64_t token);
MUST_CHECK int mqtt_subscribe(struct mqtt *m, const char *filter);

/* Ends the connection; it comes back after the back-off. */
void mqtt_drop(struct mqtt *m, const char *why);

/* The next attempt is made at once. */
void mqtt_retry_now(struct mqtt *m);

/* Connections that ended within 30 s of being accepted, in a row: from 3 on another client with our identity is likely. 0 again once one has
 * stood for longer. */
unsigned mqtt_short_lives(const struct mqtt *m);

#endif
