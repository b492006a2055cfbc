/* SPDX-License-Identifier: MIT */
/* Where a phone finds the pages that this program serves: an address for each network that the machine is in. */
#ifndef SITELOG_RUNTIME_PAGES_H
#define SITELOG_RUNTIME_PAGES_H

#include "app/http/app.h"

/* "http://192.168.8.1:8080" … by the setting of the listener and its port. Where it listens on one address, that one, whoever may reach it; else those of
 * the machine's interfaces, IPv4 only: they are short, and on a site's Wi-Fi there is always one. Returns how many, at most max.
 * Thread: any; asks the kernel, does not block. */
int pages_find(const char *listen, bool tls, unsigned port, char out[][APP_PAGE_SIZE], int max);

#endif
