/* SPDX-License-Identifier: MIT */
/* Sockets that listen, and microhttpd on the loop: its epoll descriptor is polled, its timeout is always honoured, and it has no thread. Does
 * not look at requests. */
#include "app/http/server_call.h"

#include "firmware/base/file.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG   128
#define UNSENT_MS 30000 /* a peer that acknowledges nothing for so long is gone */
#define PEM_MAX   (256u << 10)

/* ---- connections ---- */

static bool is_ours(int fd) {
    struct ucred who;
    socklen_t size = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
    return who.uid == 0 || who.uid == geteuid();
}

static void peer_started(struct listener *l, struct MHD_Connection *connection, void **state) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct peer *p = calloc(1, sizeof *p);
    *state = p;
    if (!p) return;
    p->listener = l;
    p->fd = info ? info->connect_fd : -1;
    p->since_ms = server_now_ms(l->server);
    if (l->kind == LISTENER_CONTROL) {
        p->denied = !is_ours(p->fd);
    } else {
        int on = 1, ms = UNSENT_MS;
        (void)setsockopt(p->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
        (void)setsockopt(p->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    p->next = l->server->peers;
    if (p->next) p->next->prev = p;
    l->server->peers = p;
    l->server->peer_count++;
    server_sweep_soon(l->server, false);
}

static void peer_closed(struct peer *p) {
    struct server *s = p->listener->server;
    if (p->linger && !s->closing) server_linger_keep(s, p->fd);
    if (p->prev) p->prev->next = p->next;
    if (!p->prev) s->peers = p->next;
    if (p->next) p->next->prev = p->prev;
    s->peer_count--;
    free(p);
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        peer_started(ctx, connection, state);
    } else if (*state) {
        peer_closed(*state);
        *state = NULL;
    }
}

/* ---- microhttpd on the loop ---- */

static void on_timer(uv_timer_t *handle) { server_listen_run(handle->data); }

static void on_poll(uv_poll_t *handle, int status, int events) {
    (void)status, (void)events;
    server_listen_run(handle->data);
}

void server_listen_run(struct listener *l) {
    MHD_UNSIGNED_LONG_LONG wait_ms;
    if (!l->mhd) return;
    l->resumed = false;
    (void)MHD_run(l->mhd);
    if (l->resumed)
        server_listen_soon(l);
    else if (MHD_get_timeout(l->mhd, &wait_ms) == MHD_YES)
        (void)uv_timer_start(&l->timer, on_timer, wait_ms, 0);
    else
        (void)uv_timer_stop(&l->timer);
}

/* Microhttpd resumes a connection when it is run next; nothing that it lets one poll says that it wants to be. */
void server_listen_soon(struct listener *l) {
    l->resumed = true;
    (void)uv_timer_start(&l->timer, on_timer, 0, 0);
}

static void on_log(void *ctx, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void on_log(void *ctx, const char *format, va_list args) {
    char line[256];
    (void)ctx;
    (void)vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("microhttpd: %s", line);
}

static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text) {
    (void)ctx, (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_mhd(struct listener *l, int fd) {
    const struct server_limits *limits = &l->server->limits;
    bool control = l->kind == LISTENER_CONTROL;
    struct MHD_OptionItem tls[] = {
        { l->cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, l->cert },
        { l->key ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0, l->key },
        { l->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, l->client_ca },
        { MHD_OPTION_END, 0, NULL },
    };
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (l->tls ? MHD_USE_TLS : 0u);
    return MHD_start_daemon(flags, 0, NULL, NULL, server_request_handle, l, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, limits->connections,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, control ? 0u : limits->per_address,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)((limits->idle_ms + 999) / 1000),
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->header_bytes, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK,
                            server_request_target, l, MHD_OPTION_NOTIFY_COMPLETED, server_request_done, l,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, l, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

/* Takes fd, also on error. */
static int open_on(struct listener *l, int fd, const char *name, struct err_text *e) {
    l->mhd = start_mhd(l, fd);
    if (!l->mhd) {
        (void)close(fd);
        return err_set(e, ERR_INVALID, "Cannot serve on %s%s", name,
                       l->tls ? ": certificate and key must be PEM files that belong together." : ".");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    uv_loop_t *loop = l->server->loop;
    (void)uv_timer_init(loop, &l->timer);
    l->timer.data = l;
    l->server->handles++;
    if (!info || uv_poll_init(loop, &l->poll, info->epoll_fd) != 0) return err_set(e, ERR_IO, "Cannot poll %s.", name);
    l->poll.data = l;
    l->server->handles++;
    (void)uv_poll_start(&l->poll, UV_READABLE, on_poll);
    server_listen_run(l);
    return 0;
}

/* ---- addresses ---- */

/* "host:port", "[::1]:port", ":port". */
static int split(const char *address, char *host, size_t host_size, char *port, size_t port_size) {
    const char *colon = strrchr(address, ':');
    if (!colon || colon[1] == '\0') return ERR_INVALID;
    size_t n = (size_t)(colon - address);
    if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
        address++;
        n -= 2;
    }
    if (n >= host_size || text_copy(port, port_size, colon + 1)) return ERR_INVALID;
    memcpy(host, address, n);
    host[n] = '\0';
    return 0;
}

static int listen_at(const struct addrinfo *a) {
    int on = 1, off = 0;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) return fd;
    int kept = errno;
    (void)close(fd);
    errno = kept;
    return -1;
}

static int listen_tcp(const char *address, int *out, struct err_text *e) {
    char host[256], port[8];
    if (split(address, host, sizeof host, port, sizeof port))
        return err_set(e, ERR_INVALID, "\"%s\" is no address to listen on; write host:port.", address);
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    int r = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (r != 0) return err_set(e, ERR_INVALID, "Cannot listen on %s: %s.", address, gai_strerror(r));
    int fd = -1;
    /* Without a host: first an IPv6 socket, which takes IPv4 as well. */
    for (int pass = 0; pass < 2 && fd < 0; pass++)
        for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
            if ((a->ai_family == AF_INET6) == (pass == 0) || host[0]) fd = listen_at(a);
    int kept = errno;
    freeaddrinfo(found);
    if (fd < 0) return err_set(e, err_from_errno(kept), "Cannot listen on %s: %s.", address, strerror(kept));
    *out = fd;
    return 0;
}

static unsigned port_of(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a;
    socklen_t size = sizeof a;
    memset(&a, 0, sizeof a);
    if (getsockname(fd, &a.any, &size) != 0) return 0;
    return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static int read_pem(const char *path, char **out, struct err_text *e) {
    struct buf b;
    if (!path || !path[0]) return 0;
    buf_init(&b, PEM_MAX);
    int r = file_read(path, &b, e);
    if (!r) *out = buf_steal(&b);
    buf_fini(&b);
    return r;
}

int server_listen_open(struct server *s, enum listener_kind kind, const struct server_listen *where,
                       struct err_text *e) {
    struct listener *l = &s->listeners[kind];
    int fd = -1;
    int r = read_pem(where->tls_cert, &l->cert, e);
    if (!r) r = read_pem(where->tls_key, &l->key, e);
    if (!r) r = read_pem(where->tls_client_ca, &l->client_ca, e);
    l->tls = l->cert != NULL;
    if (!r) r = listen_tcp(where->address, &fd, e);
    if (r) return r;
    l->port = port_of(fd);
    r = open_on(l, fd, where->address, e);
    if (r || !where->port_file) return r;
    char text[16];
    int n = snprintf(text, sizeof text, "%u\n", l->port);
    return file_write(where->port_file, text, (size_t)n, 0644, e);
}

int server_listen_control(struct server *s, const char *path, struct err_text *e) {
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (text_copy(a.sun_path, sizeof a.sun_path, path))
        return err_set(e, ERR_INVALID, "The path of the control socket is too long (at most %zu bytes): %s",
                       sizeof a.sun_path - 1, path);
    (void)unlink(path); /* of a daemon that is gone: the caller holds the folder's lock */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t before = umask(0177);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
    (void)umask(before);
    if (!bound || chmod(path, 0600) != 0 || listen(fd, BACKLOG) != 0) {
        int kept = errno;
        if (fd >= 0) (void)close(fd);
        return err_set(e, err_from_errno(kept), "Cannot listen on %s: %s.", path, strerror(kept));
    }
    return open_on(&s->listeners[LISTENER_CONTROL], fd, path, e);
}

/* ---- the end ---- */

void server_listen_quiet(struct listener *l) {
    if (!l->mhd) return;
    MHD_socket fd = MHD_quiesce_daemon(l->mhd);
    if (fd != MHD_INVALID_SOCKET) (void)close(fd);
    if (l->kind == LISTENER_CONTROL) (void)unlink(l->server->options.control_path);
}

static void on_closed(uv_handle_t *handle) { ((struct listener *)handle->data)->server->handles--; }

void server_listen_close(struct listener *l) {
    if (l->mhd) {
        struct MHD_Daemon *mhd = l->mhd;
        l->mhd = NULL;
        if (l->poll.data) (void)uv_poll_stop(&l->poll);
        MHD_stop_daemon(mhd);
        if (l->poll.data) uv_close((uv_handle_t *)&l->poll, on_closed);
        uv_close((uv_handle_t *)&l->timer, on_closed);
    }
    free(l->cert);
    free(l->key);
    free(l->client_ca);
    l->cert = l->key = l->client_ca = NULL;
}
