/* SPDX-License-Identifier: MIT */
/* The connection: a new libmosquitto client for each attempt, driven by our own poll loop. Knows nothing of topics or events. */
#include "sync/mqtt/mqtt.h"

#include "firmware/base/clock.h"
#include "firmware/base/ids.h"

#include <errno.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KEEPALIVE_S = 60,
    CONNECT_DEADLINE_MS = 20000, /* where the options say nothing */
    MISC_EVERY_MS = 10000,       /* keepalive is looked after this often: few wake-ups on an idle board */
    SILENT_TCP_MS = 30000,       /* unacknowledged bytes for so long: the link is dead (TCP_USER_TIMEOUT, tcp(7)) */
    RETRY_FIRST_MS = 1000,
    SHORT_LIFE_MS = 30000,
    IN_FLIGHT_MAX = 4096, /* message ids that may await their PUBACK, a power of two below 65,536 */
};

enum phase { PHASE_IDLE, PHASE_CONNECTING, PHASE_UP };

struct in_flight {
    int mid;
    uint64_t token;
};

struct mqtt {
    char *client_id, *host, *user, *password, *ca, *cert, *key, *will_topic;
    int port;
    int64_t retry_max_ms, connect_deadline_ms;
    struct mqtt_handlers handlers;

    struct mosquitto *client; /* NULL while idle */
    enum phase phase;
    int64_t connect;       /* count of the newest attempt's connection */
    int64_t since_ms;      /* when the phase began */
    int64_t retry_at_ms;   /* PHASE_IDLE */
    int64_t retry_span_ms; /* the span the next delay is drawn from */
    int64_t misc_at_ms;
    unsigned short_lives;
    bool ended; /* a callback said that the connection is over; why below */
    char why[160];
    int wake_fd;
    struct in_flight flights[IN_FLIGHT_MAX]; /* at mid modulo its size: ids are given in turn; mid 0 is a free place */
    size_t flight_count;
    int last_mid;
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void library_init(void) { (void)mosquitto_lib_init(); }

static void end_later(struct mqtt *m, const char *why) {
    if (m->ended) return;
    m->ended = true;
    strncpy(m->why, why, sizeof m->why - 1);
    m->why[sizeof m->why - 1] = '\0';
}

static void on_connect(struct mosquitto *client, void *arg, int code) {
    struct mqtt *m = arg;
    (void)client;
    if (code != 0) {
        end_later(m, mosquitto_connack_string(code));
        return;
    }
    m->phase = PHASE_UP;
    m->since_ms = clock_mono().ms;
    m->handlers.up(m->handlers.ctx, m->connect);
}

static void on_disconnect(struct mosquitto *client, void *arg, int code) {
    (void)client;
    end_later(arg, code == 0 ? "closed" : mosquitto_strerror(code));
}

static void on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *message) {
    struct mqtt *m = arg;
    (void)client;
    if (m->ended || message->payloadlen < 0) return;
    m->handlers.message(m->handlers.ctx, message->topic, message->payload ? message->payload : "",
                        (size_t)message->payloadlen, message->retain);
}

static void on_publish(struct mosquitto *client, void *arg, int mid) {
    struct mqtt *m = arg;
    (void)client;
    struct in_flight *flight = &m->flights[mid % IN_FLIGHT_MAX];
    if (flight->mid != mid || mid == 0) return;
    uint64_t token = flight->token;
    *flight = (struct in_flight){ 0 };
    m->flight_count--;
    if (!m->ended) m->handlers.puback(m->handlers.ctx, token);
}

static char *copy_text(const char *text) { return strdup(text ? text : ""); }

int mqtt_create(const struct mqtt_options *o, struct mqtt **out, struct err_text *e) {
    (void)pthread_once(&library_once, library_init);
    struct mqtt *m = calloc(1, sizeof *m);
    if (!m) return err_set(e, ERR_NOMEM, "out of memory");
    m->client_id = copy_text(o->client_id);
    m->host = copy_text(o->host);
    m->user = copy_text(o->user);
    m->password = copy_text(o->password);
    m->ca = copy_text(o->ca);
    m->cert = copy_text(o->cert);
    m->key = copy_text(o->key);
    m->will_topic = copy_text(o->will_topic);
    m->port = o->port;
    m->retry_max_ms = o->retry_max_ms;
    m->connect_deadline_ms = o->connect_deadline_ms > 0 ? o->connect_deadline_ms : CONNECT_DEADLINE_MS;
    m->handlers = o->handlers;
    m->connect = o->connect_first - 1;
    m->retry_span_ms = RETRY_FIRST_MS;
    m->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!m->client_id || !m->host || !m->user || !m->password || !m->ca || !m->cert || !m->key || !m->will_topic ||
        m->wake_fd < 0) {
        mqtt_destroy(m);
        return err_set(e, ERR_NOMEM, "out of memory or file descriptors");
    }
    *out = m;
    return 0;
}

static void drop_client(struct mqtt *m) {
    if (m->client) mosquitto_destroy(m->client);
    m->client = NULL;
    memset(m->flights, 0, sizeof m->flights);
    m->flight_count = 0;
    m->last_mid = 0;
}

void mqtt_destroy(struct mqtt *m) {
    if (!m) return;
    if (m->client && m->phase == PHASE_UP) {
        m->ended = true; /* no more handlers */
        (void)mosquitto_disconnect(m->client);
        for (int i = 0; i < 20 && mosquitto_want_write(m->client); i++) {
            struct pollfd fd = { .fd = mosquitto_socket(m->client), .events = POLLOUT };
            if (fd.fd < 0 || poll(&fd, 1, 50) < 0 || mosquitto_loop_write(m->client, 100) != MOSQ_ERR_SUCCESS) break;
        }
    }
    drop_client(m);
    if (m->wake_fd >= 0) (void)close(m->wake_fd);
    free(m->client_id);
    free(m->host);
    free(m->user);
    free(m->password);
    free(m->ca);
    free(m->cert);
    free(m->key);
    free(m->will_topic);
    free(m);
}

static void retry_later(struct mqtt *m, int64_t now) {
    uint64_t random = 0;
    ids_random(&random, sizeof random);
    m->retry_at_ms = now + (int64_t)(random % (uint64_t)m->retry_span_ms) + 1; /* full jitter */
    m->retry_span_ms = m->retry_span_ms * 2 > m->retry_max_ms ? m->retry_max_ms : m->retry_span_ms * 2;
    if (m->retry_span_ms < RETRY_FIRST_MS) m->retry_span_ms = RETRY_FIRST_MS;
}

static void finish(struct mqtt *m) {
    bool was_up = m->phase == PHASE_UP;
    int64_t now = clock_mono().ms;
    if (was_up && now - m->since_ms >= SHORT_LIFE_MS) {
        m->short_lives = 0;
        m->retry_span_ms = RETRY_FIRST_MS;
    } else if (was_up) {
        m->short_lives++;
    }
    drop_client(m);
    m->phase = PHASE_IDLE;
    m->ended = false;
    retry_later(m, now);
    m->handlers.down(m->handlers.ctx, was_up, m->why);
}

static int set_will(struct mqtt *m) {
    struct buf will;
    if (!m->will_topic[0]) return MOSQ_ERR_SUCCESS;
    buf_init(&will, 1024);
    m->handlers.will(m->handlers.ctx, m->connect, &will);
    int rc =
        will.error ? MOSQ_ERR_NOMEM : mosquitto_will_set(m->client, m->will_topic, (int)will.len, will.data, 1, true);
    buf_fini(&will);
    return rc;
}

/* Settings of a new client; 0 or a mosquitto error. */
static int dress_client(struct mqtt *m) {
    int rc = set_will(m);
    if (!rc && m->user[0]) rc = mosquitto_username_pw_set(m->client, m->user, m->password[0] ? m->password : NULL);
    if (!rc && m->ca[0])
        rc = mosquitto_tls_set(m->client, m->ca, NULL, m->cert[0] ? m->cert : NULL, m->key[0] ? m->key : NULL, NULL);
    if (!rc) rc = mosquitto_max_inflight_messages_set(m->client, 0);
    if (!rc) rc = mosquitto_int_option(m->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    if (!rc) rc = mosquitto_int_option(m->client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(m->client, on_connect);
    mosquitto_disconnect_callback_set(m->client, on_disconnect);
    mosquitto_message_callback_set(m->client, on_message);
    mosquitto_publish_callback_set(m->client, on_publish);
    return rc;
}

static void begin(struct mqtt *m) {
    m->connect++;
    m->ended = false;
    m->why[0] = '\0';
    m->phase = PHASE_CONNECTING;
    m->client = mosquitto_new(m->client_id, true, m);
    int rc = m->client ? dress_client(m) : MOSQ_ERR_NOMEM;
    if (!rc) rc = mosquitto_connect_async(m->client, m->host, m->port, KEEPALIVE_S);
    m->since_ms = clock_mono().ms;
    m->misc_at_ms = m->since_ms + MISC_EVERY_MS;
    if (rc != MOSQ_ERR_SUCCESS) {
        end_later(m, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
        return;
    }
    int fd = mosquitto_socket(m->client);
    unsigned silent_ms = SILENT_TCP_MS;
    if (fd >= 0) (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
}

static int64_t wait_ms(const struct mqtt *m, int64_t now, int64_t max_wait_ms) {
    int64_t due = m->phase == PHASE_IDLE         ? m->retry_at_ms
                  : m->phase == PHASE_CONNECTING ? m->since_ms + m->connect_deadline_ms
                                                 : m->misc_at_ms;
    int64_t wait = due > now ? due - now : 0;
    return wait < max_wait_ms || max_wait_ms < 0 ? wait : max_wait_ms;
}

static void serve_socket(struct mqtt *m, short events) {
    int rc = MOSQ_ERR_SUCCESS;
    if (events & (POLLIN | POLLHUP | POLLERR)) rc = mosquitto_loop_read(m->client, 100);
    if (!m->ended && rc == MOSQ_ERR_SUCCESS && (events & POLLOUT || mosquitto_want_write(m->client)))
        rc = mosquitto_loop_write(m->client, 100);
    if (rc != MOSQ_ERR_SUCCESS) end_later(m, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
}

static void wait_and_serve(struct mqtt *m, int64_t timeout_ms) {
    struct pollfd fds[2] = { { .fd = m->wake_fd, .events = POLLIN }, { .fd = -1, .events = 0 } };
    if (m->client) {
        fds[1].fd = mosquitto_socket(m->client);
        if (fds[1].fd < 0) {
            end_later(m, "socket closed");
            return;
        }
        fds[1].events =
            (short)(mosquitto_want_write(m->client) || m->phase == PHASE_CONNECTING ? POLLIN | POLLOUT : POLLIN);
        /* A connection that is made already is always writable: asking again while CONNACK is awaited would spin. */
        if (m->phase == PHASE_CONNECTING && !mosquitto_want_write(m->client)) fds[1].events = POLLIN;
    }
    int ready = poll(fds, 2, timeout_ms > INT32_MAX ? INT32_MAX : (int)timeout_ms);
    if (ready <= 0) return;
    if (fds[0].revents) {
        uint64_t count;
        (void)!read(m->wake_fd, &count, sizeof count);
    }
    if (m->client && fds[1].revents) serve_socket(m, fds[1].revents);
}

void mqtt_step(struct mqtt *m, int64_t max_wait_ms) {
    int64_t now = clock_mono().ms;
    if (m->phase == PHASE_IDLE && now >= m->retry_at_ms) begin(m);
    if (!m->ended) wait_and_serve(m, wait_ms(m, now, max_wait_ms));
    now = clock_mono().ms;
    if (!m->ended && m->phase == PHASE_CONNECTING && now - m->since_ms >= m->connect_deadline_ms)
        end_later(m, "the broker did not answer in time");
    if (!m->ended && m->client && now >= m->misc_at_ms) {
        m->misc_at_ms = now + MISC_EVERY_MS;
        int rc = mosquitto_loop_misc(m->client);
        if (rc != MOSQ_ERR_SUCCESS) end_later(m, mosquitto_strerror(rc));
    }
    if (m->ended) finish(m);
}

void mqtt_wake(struct mqtt *m) {
    uint64_t one = 1;
    (void)!write(m->wake_fd, &one, sizeof one);
}

int mqtt_publish(struct mqtt *m, const char *topic, const void *bytes, size_t n, bool retain, uint64_t token) {
    if (m->phase != PHASE_UP || m->ended) return ERR_GONE;
    if (n > INT32_MAX) return ERR_TOO_BIG;
    if (token && mqtt_room(m) == 0) return ERR_BUSY;
    int mid = 0;
    int rc = mosquitto_publish(m->client, &mid, topic, (int)n, bytes, 1, retain);
    if (rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_OVERSIZE_PACKET) return ERR_TOO_BIG;
    if (rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_MALFORMED_UTF8) return ERR_INVALID;
    if (rc != MOSQ_ERR_SUCCESS) {
        end_later(m, mosquitto_strerror(rc));
        return ERR_GONE;
    }
    m->last_mid = mid;
    if (token) {
        m->flights[mid % IN_FLIGHT_MAX] = (struct in_flight){ .mid = mid, .token = token };
        m->flight_count++;
    }
    return 0;
}

size_t mqtt_room(const struct mqtt *m) {
    if (m->phase != PHASE_UP || m->ended || m->flight_count >= IN_FLIGHT_MAX / 2) return 0;
    /* The places that the next ids would take must be free; one message that the broker never acknowledges ends in a stall, not in a mix-up. */
    int next = m->last_mid % 65535 + 1;
    return m->flights[next % IN_FLIGHT_MAX].mid ? 0 : IN_FLIGHT_MAX / 2 - m->flight_count;
}

int mqtt_subscribe(struct mqtt *m, const char *filter) {
    if (m->phase != PHASE_UP || m->ended) return ERR_GONE;
    int rc = mosquitto_subscribe(m->client, NULL, filter, 1);
    if (rc == MOSQ_ERR_SUCCESS) return 0;
    end_later(m, mosquitto_strerror(rc));
    return ERR_GONE;
}

void mqtt_drop(struct mqtt *m, const char *why) {
    if (m->phase != PHASE_IDLE) end_later(m, why);
}

void mqtt_retry_now(struct mqtt *m) {
    m->retry_span_ms = RETRY_FIRST_MS;
    if (m->phase == PHASE_IDLE) m->retry_at_ms = 0;
}

unsigned mqtt_short_lives(const struct mqtt *m) {
    bool lasting = m->phase == PHASE_UP && clock_mono().ms - m->since_ms >= SHORT_LIFE_MS;
    return lasting ? 0 : m->short_lives;
}
