/* SPDX-License-Identifier: MIT */
/* The doctor's look at certificates: readable, not out of date, and each with the key that belongs to it. Whom they are trusted by is for the
 * connection to say. */
#include "firmware/base/clock.h"
#include "firmware/sitelogctl/doctor.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SOON_DAYS = 30, DAY_S = 86400 };

static X509 *read_cert(const char *path) {
    FILE *f = fopen(path, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    if (f) (void)fclose(f);
    return x;
}

static EVP_PKEY *read_key(const char *path) {
    static char none[] = ""; /* a key with a pass phrase is no key for a daemon: do not ask for one */
    FILE *f = fopen(path, "re");
    EVP_PKEY *k = f ? PEM_read_PrivateKey(f, NULL, NULL, none) : NULL;
    if (f) (void)fclose(f);
    return k;
}

static bool readable(struct doctor *d, const char *what, const char *path) {
    if (access(path, R_OK) == 0) return true;
    doctor_find(d, FINDING_WRONG, "cert", "check the path in the settings, and that the daemon's user may read it",
                "%s %s: %s", what, path, strerror(errno));
    return false;
}

static void check_dates(struct doctor *d, const char *what, const char *path, const X509 *x) {
    time_t now = (time_t)(clock_wall().ms / 1000), soon = now + (time_t)SOON_DAYS * DAY_S;
    if (X509_cmp_time(X509_get0_notBefore(x), &now) > 0)
        doctor_find(d, FINDING_WRONG, "cert", "set this clock; if it is right, make a new certificate",
                    "%s %s is not valid yet", what, path);
    else if (X509_cmp_time(X509_get0_notAfter(x), &now) < 0)
        doctor_find(d, FINDING_WRONG, "cert", "make a new certificate and put it in its place", "%s %s is out of date",
                    what, path);
    else if (X509_cmp_time(X509_get0_notAfter(x), &soon) < 0)
        doctor_find(d, FINDING_WARN, "cert", "make a new certificate in time", "%s %s ends within %d days", what, path,
                    SOON_DAYS);
    else
        doctor_find(d, FINDING_OK, "cert", "", "%s %s is in date", what, path);
}

static void check(struct doctor *d, const char *what, const char *cert, const char *key) {
    if (!cert[0] || !readable(d, what, cert)) return;
    X509 *x = read_cert(cert);
    if (!x) {
        doctor_find(d, FINDING_WRONG, "cert", "give a certificate in PEM form", "%s %s is no certificate", what, cert);
        return;
    }
    check_dates(d, what, cert, x);
    if (key && readable(d, what, key)) {
        EVP_PKEY *k = read_key(key);
        if (!k || X509_check_private_key(x, k) != 1)
            doctor_find(d, FINDING_WRONG, "cert", "put the key there that the certificate was made for",
                        "%s: %s is not the key of %s", what, key, cert);
        EVP_PKEY_free(k);
    }
    X509_free(x);
}

void doctor_cert_all(struct doctor *d) {
    const struct board_conf *b = &d->ctl->board;
    const struct hub_conf *h = &d->ctl->head;
    bool hub = d->ctl->hub;
    check(d, "[http] tls_cert", hub ? h->tls_cert : b->tls_cert, hub ? h->tls_key : b->tls_key);
    check(d, hub ? "[feed] ca" : "[mqtt] ca", hub ? h->feed_ca : b->mqtt_ca, NULL);
    check(d, hub ? "[feed] cert" : "[mqtt] cert", hub ? h->feed_cert : b->mqtt_cert, hub ? h->feed_key : b->mqtt_key);
}
