/* SPDX-License-Identifier: MIT */
/* What a step asks of an exchange and how it answers. Does not send anything. */
#include "app/http/exchange.h"

#include "app/journal/privacy.h"
#include "firmware/base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    int status;
    const char *text;
} texts[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 206, "Partial Content" },
    { 302, "Found" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 416, "Range Not Satisfiable" },
    { 422, "Unprocessable Content" },
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 507, "Insufficient Storage" },
};

/* The one place where errors become statuses. `outside`: the text in err_text was written for the client. */
static const struct {
    int err, status;
    bool outside;
    const char *detail;
} statuses[] = {
    { ERR_NOMEM, 503, false, "Short of memory. Try again in a moment." },
    { ERR_INVALID, 400, true, "The request does not have the form it must have." },
    { ERR_NOT_FOUND, 404, true, "There is no such thing." },
    { ERR_EXISTS, 409, true, "It is there already." },
    { ERR_CONFLICT, 409, true, "It is there already with other content, or this step is not possible now." },
    { ERR_TOO_BIG, 413, true, "It is too large." },
    { ERR_IO, 500, false, "The storage failed. It is written in the program's log." },
    { ERR_NO_SPACE, 507, false, "There is no room left on the disk. Head office has to make room." },
    { ERR_CORRUPT, 500, false, "Stored data is damaged. Run sitelogctl verify." },
    { ERR_TIMEOUT, 504, false, "It took too long. Try again." },
    { ERR_BUSY, 503, false, "Too much at once. Try again in a moment." },
    { ERR_GONE, 503, false, "It is stopping or was unplugged. Try again in a moment." },
    { ERR_DENIED, 403, true, "You may not do this." },
    { ERR_UNSUPPORTED, 422, true, "It has a form that is not handled here." },
    { ERR_NETWORK, 502, false, "The other side cannot be reached." },
};

void exchange_init(struct exchange *x, const struct exchange_input *input) {
    *x = (struct exchange){ .method = "", .path = "", .input = input };
    buf_init(&x->reply.body, EXCHANGE_BODY_MAX);
}

static void close_reply(struct reply *r) {
    if (r->stream) r->stream->close(r->stream);
    if (r->feed) r->feed->close(r->feed);
    r->stream = NULL;
    r->feed = NULL;
}

void exchange_reset_reply(struct exchange *x) {
    struct buf body = x->reply.body;
    close_reply(&x->reply);
    buf_clear(&body);
    x->reply = (struct reply){ .body = body };
    x->error = 0;
}

void exchange_fini(struct exchange *x) {
    close_reply(&x->reply);
    buf_fini(&x->reply.body);
    if (x->state && x->state_free) x->state_free(x->state);
    x->state = NULL;
    free(x->body);
    x->body = NULL;
}

const char *exchange_status_text(int status) {
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].status == status) return texts[i].text;
    return "Unknown";
}

const char *exchange_param(const struct exchange *x, const char *name) {
    for (size_t i = 0; x->input && i < x->input->param_count; i++)
        if (strcmp(x->input->params[i].name, name) == 0) return x->input->params[i].value;
    return "";
}

const char *exchange_query(const struct exchange *x, const char *name) {
    for (size_t i = 0; x->input && i < x->input->query_count; i++)
        if (strcmp(x->input->query[i].name, name) == 0) return x->input->query[i].value;
    return NULL;
}

int exchange_query_only(struct exchange *x, const char *const *names) {
    for (size_t i = 0; x->input && i < x->input->query_count; i++) {
        const char *const *n = names;
        while (*n && strcmp(*n, x->input->query[i].name) != 0) n++;
        if (*n) continue;
        exchange_problem(x, 400, x->input->query[i].name, "This query parameter is unknown here. Leave it out.");
        return ERR_INVALID;
    }
    return 0;
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
}

/* One parameter behind what is in the link; what does not fit leaves none. */
static void put_parameter(char *link, size_t size, const char *name, const char *value) {
    size_t n = strlen(link);
    int added = snprintf(link + n, size - n, "%s%s=", n > 2 ? "&" : "", name);
    for (n += (size_t)added; *value && n + 4 < size; value++)
        n += (size_t)snprintf(link + n, size - n, is_plain(*value) ? "%c" : "%%%02X", (unsigned char)*value);
    if (n + 4 >= size) link[0] = '\0';
}

void exchange_link_next(struct exchange *x, const char *cursor) {
    char *link = x->reply.link;
    size_t size = sizeof x->reply.link - sizeof ">; rel=\"next\"";
    (void)snprintf(link, size, "<?");
    for (size_t i = 0; link[0] && x->input && i < x->input->query_count; i++)
        if (strcmp(x->input->query[i].name, "before") != 0)
            put_parameter(link, size, x->input->query[i].name, x->input->query[i].value);
    if (link[0]) put_parameter(link, size, "before", cursor);
    size_t n = strlen(link);
    if (n) (void)snprintf(link + n, sizeof x->reply.link - n, ">; rel=\"next\"");
}

const char *exchange_header(const struct exchange *x, const char *name) {
    for (size_t i = 0; x->input && i < x->input->header_count; i++)
        if (strcasecmp(x->input->headers[i].name, name) == 0) return x->input->headers[i].value;
    return NULL;
}

/* What was sent unmasked (a PIN's body, the names of a query's parameters) is not repeated as it was. */
static void put_masked(struct json_out *w, const char *name, const char *value) {
    struct buf masked;
    buf_init(&masked, 2 * strlen(value) + 1);
    int rc = privacy_mask_text(value, &masked);
    json_put_text(w, name, rc == 0 && masked.data ? masked.data : "");
    buf_fini(&masked);
}

static void problem_text(struct exchange *x, int status, const char *field, const char *detail) {
    struct json_out w;
    exchange_reset_reply(x);
    x->reply.status = status;
    x->reply.type = "application/problem+json";
    if (status == 503) x->reply.retry_after_s = 1; /* whoever knows better says so afterwards */
    json_start(&w, &x->reply.body);
    json_open(&w, NULL, '{');
    json_put_text(&w, "type", "about:blank");
    json_put_text(&w, "title", exchange_status_text(status));
    json_put_int(&w, "status", status);
    put_masked(&w, "detail", detail);
    if (field && field[0]) put_masked(&w, "field", field);
    json_close(&w, '}');
}

void exchange_problem(struct exchange *x, int status, const char *field, const char *detail, ...) {
    char text[512];
    va_list args;
    va_start(args, detail);
    (void)vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    problem_text(x, status, field, text);
}

void exchange_error(struct exchange *x, int err, const struct err_text *e) {
    size_t i = 0;
    while (i < sizeof statuses / sizeof statuses[0] && statuses[i].err != err) i++;
    bool known = i < sizeof statuses / sizeof statuses[0];
    int status = known ? statuses[i].status : 500;
    const char *detail = known ? statuses[i].detail : "Something failed. It is written in the program's log.";
    bool own_words = known && statuses[i].outside && e && e->text[0];
    if (err == ERR_BUSY)
        log_debug("%s %s: busy", x->method, x->path);
    else if (status >= 500)
        log_error("%s %s: %s: %s", x->method, x->path, err_name(err), e && e->text[0] ? e->text : "no details");
    problem_text(x, status, e ? e->field : NULL, own_words ? e->text : detail);
    x->error = err;
}

void exchange_problem_add(struct exchange *x, const char *name, const char *json) {
    struct buf *b = &x->reply.body;
    if (b->error || b->len == 0 || b->data[b->len - 1] != '}') return;
    b->data[--b->len] = '\0';
    (void)buf_addf(b, ",\"%s\":%s}", name, json);
}

void exchange_json(struct exchange *x, int status, struct json_out *w) {
    exchange_reset_reply(x);
    x->reply.status = status;
    json_start(w, &x->reply.body);
}
