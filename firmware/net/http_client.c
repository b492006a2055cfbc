/* SPDX-License-Identifier: MIT */
/* libcurl, for short exchanges. */
#include "firmware/net/http_client.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_MS = 10000 };

static size_t take(char *bytes, size_t size, size_t n, void *reply) {
    return buf_add(reply, bytes, size * n) ? 0 : size * n;
}

static int fail(CURLcode code, const char *detail, const struct buf *reply, struct err_text *e) {
    const char *why = detail[0] ? detail : curl_easy_strerror(code);
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(e, ERR_TIMEOUT, "%s", why);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CONNECT_ERROR:
        return err_set(e, ERR_DENIED, "%s", why);
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(e, ERR_GONE, "stopped");
    case CURLE_OUT_OF_MEMORY:
        return err_set(e, ERR_NOMEM, "out of memory");
    case CURLE_WRITE_ERROR:
        if (reply->error) return err_set(e, reply->error, "the answer is longer than %zu bytes", reply->max);
        return err_set(e, ERR_NETWORK, "%s", why);
    default:
        return err_set(e, ERR_NETWORK, "%s", why);
    }
}

static int on_progress(void *stop, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up) {
    (void)down_all, (void)down, (void)up_all, (void)up;
    return atomic_load((const atomic_bool *)stop);
}

static void dress_stop(CURL *c, const struct http_request *r) {
    if (!r->stop) return;
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, r->stop);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name look-up that hangs */
}

static void dress(CURL *c, const struct http_request *r, struct buf *reply) {
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(r->timeout_ms < CONNECT_MS ? r->timeout_ms : CONNECT_MS));
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, reply);
    if (r->unix_socket) {
        curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, r->unix_socket);
        curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    }
    if (r->ca && r->ca[0]) curl_easy_setopt(c, CURLOPT_CAINFO, r->ca);
    if (r->cert && r->cert[0]) curl_easy_setopt(c, CURLOPT_SSLCERT, r->cert);
    if (r->key && r->key[0]) curl_easy_setopt(c, CURLOPT_SSLKEY, r->key);
    dress_stop(c, r);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    if (r->type || strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->n ? r->body : "");
    }
}

static bool add(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer) *list = longer;
    return longer != NULL;
}

/* Empty values switch off what libcurl would add: Expect, and a type where there is no body. Owns: the caller's; NULL: out of memory. */
static struct curl_slist *headers(const struct http_request *r) {
    char line[160];
    struct curl_slist *list = NULL;
    (void)snprintf(line, sizeof line, "Content-Type:%s%s", r->type ? " " : "", r->type ? r->type : "");
    bool ok = add(&list, line) && add(&list, "Expect:");
    for (const char *const *more = r->headers; ok && more && *more; more++) ok = add(&list, *more);
    if (!ok) curl_slist_free_all(list);
    return ok ? list : NULL;
}

int http_client_send(const struct http_request *r, int *status, struct buf *reply, struct err_text *e) {
    char detail[CURL_ERROR_SIZE] = "";
    buf_clear(reply);
    CURL *c = curl_easy_init();
    struct curl_slist *list = headers(r);
    int rc = c && list ? 0 : err_set(e, ERR_NOMEM, "out of memory");
    if (!rc) {
        dress(c, r, reply);
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
        curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
        CURLcode code = curl_easy_perform(c);
        long number = 0;
        if (code != CURLE_OK) rc = fail(code, detail, reply, e);
        if (curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &number) == CURLE_OK && (!rc || rc == ERR_TOO_BIG))
            *status = (int)number;
    }
    curl_slist_free_all(list);
    if (c) curl_easy_cleanup(c);
    return rc;
}

int http_client_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : ERR_UNSUPPORTED; }

void http_client_stop(void) { curl_global_cleanup(); }
