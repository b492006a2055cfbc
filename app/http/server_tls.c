/* SPDX-License-Identifier: MIT */
/* Who a client's certificate says it is. Does not decide what that person may. */
#include "app/http/server_call.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

static bool is_verified(gnutls_session_t session) {
    unsigned status = ~0u;
    return gnutls_certificate_verify_peers2(session, &status) == 0 && status == 0;
}

void server_tls_common_name(struct MHD_Connection *connection, char *out, size_t size) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_x509_crt_t certificate;
    unsigned count = 0;
    out[0] = '\0';
    if (!info || !info->tls_session || !is_verified(info->tls_session)) return;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(info->tls_session, &count);
    if (!chain || count == 0 || gnutls_x509_crt_init(&certificate) != 0) return;
    size_t n = size;
    if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) != 0 ||
        gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, out, &n) != 0)
        out[0] = '\0';
    gnutls_x509_crt_deinit(certificate);
}
