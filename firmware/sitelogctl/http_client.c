/* SPDX-License-Identifier: MIT */
/* libcurl, for short exchanges. */
#include "firmware/sitelogctl/http_client.h"

#include <curl/curl.h>
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
    case CURLE_OUT_OF_MEMORY:
        return err_set(e, ERR_NOMEM, "out of memory");
    case CURLE_WRITE_ERROR:
        if (reply->error) return err_set(e, reply->error, "the answer is longer than %zu bytes", reply->max);
        return err_set(e, ERR_NETWORK, "%s", why);
    default:
        return err_set(e, ERR_NETWORK, "%s", why);
    }
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
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    if (r->type || strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->n ? r->body : "");
    }
}

/* Empty values switch off what libcurl would add: Expect, and a type where there is no body. */
static struct curl_slist *headers(const struct http_request *r) {
    char line[160];
    (void)snprintf(line, sizeof line, "Content-Type:%s%s", r->type ? " " : "", r->type ? r->type : "");
    struct curl_slist *list = curl_slist_append(NULL, line);
    struct curl_slist *longer = list ? curl_slist_append(list, "Expect:") : NULL;
    if (!longer) curl_slist_free_all(list);
    return longer;
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
        if (code == CURLE_OK) code = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &number);
        if (code == CURLE_OK)
            *status = (int)number;
        else
            rc = fail(code, detail, reply, e);
    }
    curl_slist_free_all(list);
    if (c) curl_easy_cleanup(c);
    return rc;
}
