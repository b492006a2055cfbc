/* SPDX-License-Identifier: MIT */
/* Addresses of the machine as addresses of pages. Does not try whether anybody gets there. */
#include "firmware/runtime/pages.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

static void write_page(const char *host, bool tls, unsigned port, char out[APP_PAGE_SIZE]) {
    unsigned usual = tls ? 443 : 80;
    int n = snprintf(out, APP_PAGE_SIZE, "%s://%s", tls ? "https" : "http", host);
    if (port != usual && n > 0 && n < APP_PAGE_SIZE) (void)snprintf(out + n, APP_PAGE_SIZE - (size_t)n, ":%u", port);
}

static int of_interfaces(bool tls, unsigned port, char out[][APP_PAGE_SIZE], int max) {
    uv_interface_address_t *all = NULL;
    char host[INET_ADDRSTRLEN];
    int count = 0, n = 0;
    if (uv_interface_addresses(&all, &count) < 0) return 0;
    for (int i = 0; i < count && n < max; i++) {
        if (all[i].is_internal || all[i].address.address4.sin_family != AF_INET) continue;
        if (uv_ip4_name(&all[i].address.address4, host, sizeof host) < 0) continue;
        write_page(host, tls, port, out[n++]);
    }
    uv_free_interface_addresses(all, count);
    return n;
}

int pages_find(const char *listen, bool tls, unsigned port, char out[][APP_PAGE_SIZE], int max) {
    static const char *const all[] = { "", "0.0.0.0", "[::]" };
    const char *colon = strrchr(listen, ':');
    char host[APP_PAGE_SIZE / 2];
    size_t n = colon ? (size_t)(colon - listen) : 0;
    if (max < 1 || n >= sizeof host) return 0;
    memcpy(host, listen, n);
    host[n] = '\0';
    for (size_t i = 0; i < TEXT_ARRAY_LEN(all); i++)
        if (strcmp(host, all[i]) == 0) return of_interfaces(tls, port, out, max);
    write_page(host, tls, port, out[0]);
    return 1;
}
