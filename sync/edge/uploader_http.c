/* SPDX-License-Identifier: MIT */
/* libcurl's multi interface with one transfer at a time: its poll can be woken, so that stopping never waits for the network. Redirects are
 * not followed and only http and https are spoken. No URL and no header goes into a log from here. */
#include "sync/edge/uploader_http.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define PIECE      (256u * 1024u)
#define UNSENT_MAX (128 * 1024) /* bytes the kernel may hold unsent: what a cut costs, and what hides a stall */
#define ALIVE_MS   5000
#define IDLE_MS    60000 /* uploader_http_wake ends it before */
#define URL_SIZE   600

struct uploader_http {
    CURLM *multi;
    CURL *easy;
    char origin[OUTBOX_URL_SIZE]; /* scheme://host:port */
    char base[OUTBOX_URL_SIZE];   /* …/tus/ */
    char ca[256], cert[256], key[256];
    int64_t connect_ms, stall_ms, request_ms;
    atomic_bool *stop;
    atomic_int_fast64_t *alive_ms;

    /* the request that runs */
    const struct uploader_request *request;
    struct uploader_result *result;
    uint8_t *piece; /* PIECE bytes of the body */
    int64_t piece_at;
    size_t piece_n;
    int64_t taken; /* bytes of the body given to curl */
};

/* ---- addresses ---- */

static int get_part(CURLU *u, CURLUPart part, unsigned flags, char *out, size_t size) {
    char *text = NULL;
    if (curl_url_get(u, part, &text, flags) != CURLUE_OK) return ERR_INVALID;
    int err = text_copy(out, size, text);
    curl_free(text);
    return err ? ERR_INVALID : 0;
}

static int get_origin(CURLU *u, char *out, size_t size) {
    char scheme[16], host[256], port[8];
    int err = get_part(u, CURLUPART_SCHEME, 0, scheme, sizeof scheme);
    if (!err) err = get_part(u, CURLUPART_HOST, 0, host, sizeof host);
    if (!err) err = get_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof port);
    if (err || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) return ERR_INVALID;
    int n = snprintf(out, size, "%s://%s:%s", scheme, host, port);
    return n > 0 && (size_t)n < size ? 0 : ERR_INVALID;
}

static int set_base(struct uploader_http *h, const char *url) {
    char text[OUTBOX_URL_SIZE];
    size_t n = strlen(url);
    if (!text_starts(url, "http://") && !text_starts(url, "https://")) return ERR_INVALID;
    while (n > 0 && url[n - 1] == '/') n--;
    if (url[n - 1] == ':' || n + sizeof "/tus/" > sizeof text) return ERR_INVALID;
    snprintf(text, sizeof text, "%.*s/tus/", (int)n, url);
    CURLU *u = curl_url();
    if (u == NULL) return ERR_NOMEM;
    int err = curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK ? 0 : ERR_INVALID;
    if (!err) err = get_origin(u, h->origin, sizeof h->origin);
    if (!err) err = get_part(u, CURLUPART_URL, 0, h->base, sizeof h->base);
    curl_url_cleanup(u);
    return err;
}

/* A Location to what the outbox keeps: what lies at the configured server as a path, so that it follows a changed setting. A server behind a
 * TLS proxy may think that it speaks http: https stays https. */
static int resolve(const struct uploader_http *h, const char *location, char out[OUTBOX_URL_SIZE]) {
    char url[OUTBOX_URL_SIZE], origin[OUTBOX_URL_SIZE], path[OUTBOX_URL_SIZE], query[OUTBOX_URL_SIZE] = "";
    char base_host[256] = "", host[256] = "";
    CURLU *u = curl_url();
    if (u == NULL) return ERR_NOMEM;
    int err = curl_url_set(u, CURLUPART_URL, h->base, 0) == CURLUE_OK ? 0 : ERR_INVALID;
    if (!err) err = get_part(u, CURLUPART_HOST, 0, base_host, sizeof base_host);
    if (!err) err = curl_url_set(u, CURLUPART_URL, location, 0) == CURLUE_OK ? 0 : ERR_INVALID;
    if (!err) err = get_part(u, CURLUPART_HOST, 0, host, sizeof host);
    if (!err) err = get_origin(u, origin, sizeof origin);
    if (!err) err = get_part(u, CURLUPART_PATH, 0, path, sizeof path);
    if (!err && get_part(u, CURLUPART_QUERY, 0, query, sizeof query) != 0) query[0] = '\0';
    if (!err) err = get_part(u, CURLUPART_URL, 0, url, sizeof url);
    curl_url_cleanup(u);
    if (err) return err;
    bool downgraded = text_starts(h->origin, "https://") && text_starts(origin, "http://");
    if (downgraded && strcasecmp(base_host, host) != 0) return ERR_DENIED;
    if (strcmp(origin, h->origin) != 0 && !downgraded) return text_copy(out, OUTBOX_URL_SIZE, url);
    char both[URL_SIZE * 2];
    snprintf(both, sizeof both, "%s%s%s", path, query[0] ? "?" : "", query);
    return text_copy(out, OUTBOX_URL_SIZE, both);
}

/* ---- callbacks ---- */

static size_t on_read(char *out, size_t size, size_t count, void *ctx) {
    struct uploader_http *h = ctx;
    int64_t left = h->request->body - h->taken;
    if (left <= 0) return 0;
    if (h->taken < h->piece_at || h->taken >= h->piece_at + (int64_t)h->piece_n) {
        h->piece_n = left < (int64_t)PIECE ? (size_t)left : PIECE;
        h->piece_at = h->taken;
        int err = h->request->read(h->request->ctx, h->piece_at, h->piece, h->piece_n);
        if (err) {
            h->result->err = err;
            h->result->read_failed = true;
            return CURL_READFUNC_ABORT;
        }
    }
    size_t at = (size_t)(h->taken - h->piece_at), n = h->piece_n - at;
    if (n > size * count) n = size * count;
    memcpy(out, h->piece + at, n);
    h->taken += (int64_t)n;
    return n;
}

/* Where a connection dies, curl would send the body again by itself, though the server may have kept part of it: only what was not begun may be
 * begun again; all else is for asking the server. */
static int on_seek(void *ctx, curl_off_t offset, int origin) {
    const struct uploader_http *h = ctx;
    return origin == SEEK_SET && offset == 0 && h->taken == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* The value of a header line, trimmed and NUL-ended, when it is this header and fits. */
static bool header_value(const char *line, size_t n, const char *name, char *out, size_t size) {
    size_t name_n = strlen(name);
    if (n <= name_n || strncasecmp(line, name, name_n) != 0 || line[name_n] != ':') return false;
    const char *from = line + name_n + 1, *to = line + n;
    while (from < to && (*from == ' ' || *from == '\t')) from++;
    while (to > from && (to[-1] == '\r' || to[-1] == '\n' || to[-1] == ' ' || to[-1] == '\t')) to--;
    if ((size_t)(to - from) >= size || memchr(from, '\0', (size_t)(to - from)) != NULL) return false;
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = '\0';
    return true;
}

static void header_number(const char *line, size_t n, const char *name, int64_t *out) {
    char text[32];
    int64_t value = 0;
    if (header_value(line, n, name, text, sizeof text) && text_int(text, 0, INT64_C(1) << 53, &value) == 0)
        *out = value;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx) {
    struct uploader_http *h = ctx;
    struct uploader_result *r = h->result;
    size_t n = size * count;
    char location[OUTBOX_URL_SIZE];
    header_number(line, n, "Upload-Offset", &r->offset);
    header_number(line, n, "Upload-Length", &r->length);
    header_number(line, n, "Retry-After", &r->retry_after_s);
    if (header_value(line, n, "Location", location, sizeof location) && resolve(h, location, r->url) != 0)
        r->url[0] = '\0';
    return n;
}

/* The first line of an answer's body, for a person. */
static size_t on_body(char *bytes, size_t size, size_t count, void *ctx) {
    struct uploader_http *h = ctx;
    size_t n = size * count, have = strlen(h->result->text);
    if (have == 0 && text_utf8_valid(bytes, n)) {
        char line[sizeof h->result->text * 2];
        size_t end = 0;
        while (end < n && end + 1 < sizeof line && (unsigned char)bytes[end] >= ' ') end++;
        memcpy(line, bytes, end);
        line[end] = '\0';
        text_clip(h->result->text, sizeof h->result->text, line);
    }
    return n;
}

static int on_socket(void *ctx, curl_socket_t fd, curlsocktype purpose) {
    (void)ctx;
    int most = UNSENT_MAX;
    if (purpose == CURLSOCKTYPE_IPCXN) (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
    return CURL_SOCKOPT_OK;
}

/* ---- a request ---- */

static void set_common(struct uploader_http *h, const struct uploader_request *r, const char *url) {
    CURL *c = h->easy;
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name look-up that hangs */
    curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)h->connect_ms);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)((h->stall_ms + 999) / 1000));
    if (r->body == 0) curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)h->request_ms);
    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
    if (h->ca[0]) curl_easy_setopt(c, CURLOPT_CAINFO, h->ca);
    if (h->cert[0]) curl_easy_setopt(c, CURLOPT_SSLCERT, h->cert);
    if (h->key[0]) curl_easy_setopt(c, CURLOPT_SSLKEY, h->key);
}

static void set_body(struct uploader_http *h, const struct uploader_request *r) {
    CURL *c = h->easy;
    if (strcmp(r->method, "HEAD") == 0) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    } else if (r->body > 0) {
        curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
        curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body);
        curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(c, CURLOPT_READDATA, h);
        curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(c, CURLOPT_SEEKDATA, h);
    } else {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, 0L);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    }
}

static bool add_header(struct curl_slist **list, const char *line) {
    struct curl_slist *more = curl_slist_append(*list, line);
    if (more != NULL) *list = more;
    return more != NULL;
}

/* Owns: the caller's; NULL: out of memory. */
static struct curl_slist *make_headers(const struct uploader_request *r) {
    struct curl_slist *list = NULL;
    char line[1200];
    bool ok = add_header(&list, "Tus-Resumable: 1.0.0") && add_header(&list, "Expect:");
    if (strcmp(r->method, "POST") == 0) {
        snprintf(line, sizeof line, "Upload-Length: %lld", (long long)r->length);
        ok = ok && add_header(&list, line);
        snprintf(line, sizeof line, "Upload-Metadata: %s", r->metadata);
        ok = ok && add_header(&list, line);
    } else if (strcmp(r->method, "PATCH") == 0) {
        snprintf(line, sizeof line, "Upload-Offset: %lld", (long long)r->offset);
        ok = ok && add_header(&list, line);
    }
    if (r->body > 0 || strcmp(r->method, "PATCH") == 0) {
        ok = ok && add_header(&list, "Content-Type: application/offset+octet-stream");
    } else {
        ok = ok && add_header(&list, "Content-Type:");
    }
    if (!ok) curl_slist_free_all(list);
    return ok ? list : NULL;
}

static void tell_outcome(struct uploader_http *h, CURLcode code) {
    struct uploader_result *r = h->result;
    long status = 0;
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    r->sent = h->taken;
    if (r->read_failed) return;
    /* an answer that came before the body was out counts, whatever became of the connection then */
    if (code != CURLE_OK && status < 400) {
        r->err = code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : code == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_NETWORK;
        text_clip(r->text, sizeof r->text, curl_easy_strerror(code));
        return;
    }
    r->status = (int)status;
}

static void alive(const struct uploader_http *h) { atomic_store(h->alive_ms, clock_mono().ms); }

/* Drives the transfer to its end. */
static void drive(struct uploader_http *h) {
    int running = 1;
    while (running > 0) {
        alive(h);
        if (atomic_load(h->stop)) {
            h->result->err = ERR_GONE;
            return;
        }
        if (curl_multi_perform(h->multi, &running) != CURLM_OK) break;
        if (running > 0 && curl_multi_poll(h->multi, NULL, 0, ALIVE_MS, NULL) != CURLM_OK) break;
    }
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(h->multi, &left);
    tell_outcome(h, message != NULL && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT);
}

void uploader_http_run(struct uploader_http *h, const struct uploader_request *request, struct uploader_result *out) {
    char url[URL_SIZE * 2];
    *out = (struct uploader_result){ .offset = -1, .length = -1 };
    struct curl_slist *headers = make_headers(request);
    if (headers == NULL) {
        out->err = ERR_NOMEM;
        return;
    }
    if (request->url[0] == '\0')
        snprintf(url, sizeof url, "%s", h->base);
    else
        snprintf(url, sizeof url, "%s%s", request->url[0] == '/' ? h->origin : "", request->url);
    h->request = request;
    h->result = out;
    h->taken = h->piece_at = 0;
    h->piece_n = 0;
    set_common(h, request, url);
    set_body(h, request);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers);
    if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK) {
        out->err = ERR_NOMEM;
    } else {
        drive(h);
        curl_multi_remove_handle(h->multi, h->easy);
    }
    curl_slist_free_all(headers);
    h->request = NULL;
    h->result = NULL;
}

void uploader_http_wait(struct uploader_http *h, int64_t timeout_ms) {
    alive(h);
    if (timeout_ms == 0) return;
    if (timeout_ms < 0 || timeout_ms > IDLE_MS) timeout_ms = IDLE_MS;
    if (curl_multi_poll(h->multi, NULL, 0, (int)timeout_ms, NULL) != CURLM_OK) log_debug("upload: waiting failed");
    alive(h);
}

void uploader_http_wake(struct uploader_http *h) { curl_multi_wakeup(h->multi); }

/* ---- making it ---- */

static int set_file(char *out, size_t size, const char *path, struct err_text *e) {
    if (path == NULL) return 0;
    return text_copy(out, size, path) == 0 ? 0
                                           : err_set(e, ERR_INVALID, "the path of a certificate or key is too long");
}

int uploader_http_create(const struct uploader_http_options *options, struct uploader_http **out, struct err_text *e) {
    struct uploader_http *h = calloc(1, sizeof *h);
    if (h == NULL) return err_set(e, ERR_NOMEM, "out of memory");
    h->connect_ms = options->connect_ms;
    h->stall_ms = options->stall_ms;
    h->request_ms = options->request_ms;
    h->stop = options->stop;
    h->alive_ms = options->alive_ms;
    int err = set_base(h, options->url);
    if (err) err_set(e, err, "[upload] url must be the address of head office, such as https://hub.example:8443");
    if (!err) err = set_file(h->ca, sizeof h->ca, options->ca, e);
    if (!err) err = set_file(h->cert, sizeof h->cert, options->cert, e);
    if (!err) err = set_file(h->key, sizeof h->key, options->key, e);
    if (!err) {
        h->piece = malloc(PIECE);
        h->multi = curl_multi_init();
        h->easy = curl_easy_init();
        if (h->piece == NULL || h->multi == NULL || h->easy == NULL) err = err_set(e, ERR_NOMEM, "out of memory");
    }
    if (err) {
        uploader_http_destroy(h);
        return err;
    }
    *out = h;
    return 0;
}

void uploader_http_destroy(struct uploader_http *h) {
    if (h == NULL) return;
    curl_easy_cleanup(h->easy);
    curl_multi_cleanup(h->multi);
    free(h->piece);
    free(h);
}
