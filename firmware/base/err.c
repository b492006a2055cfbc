/* SPDX-License-Identifier: MIT */
/* Error numbers, their names and their sentences. Does not log: that is the business of whoever handles the error. */
#include "firmware/base/err.h"

#include "firmware/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* By way of a local buffer, so that the arguments may be e's own text: err_set(e, code, "plan: %s", e->text). */
static int fill(struct err_text *e, int code, const char *field, const char *format, va_list args) PRINTF_LIKE(4, 0);

static int fill(struct err_text *e, int code, const char *field, const char *format, va_list args) {
    char text[1024];
    char name[sizeof e->field];
    if (!e) return code;
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    text_clip(name, sizeof name, field);
    e->code = code;
    text_clip(e->field, sizeof e->field, name);
    text_clip(e->text, sizeof e->text, text);
    return code;
}

int err_set(struct err_text *e, int code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(e, code, "", format, args);
    va_end(args);
    return code;
}

int err_field(struct err_text *e, int code, const char *field, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(e, code, field, format, args);
    va_end(args);
    return code;
}

int err_from_errno(int errno_value) {
    switch (errno_value) {
    case ENOMEM:
        return ERR_NOMEM;
    case EINVAL:
    case EDOM:
    case ERANGE:
    case EILSEQ:
        return ERR_INVALID;
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case ENOTEMPTY:
        return ERR_CONFLICT;
    case EFBIG:
    case ENAMETOOLONG:
    case EMSGSIZE:
    case E2BIG:
    case EOVERFLOW:
        return ERR_TOO_BIG;
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case EBADMSG:
        return ERR_CORRUPT;
    case ETIMEDOUT:
    case ETIME:
        return ERR_TIMEOUT;
    case EAGAIN:
    case EBUSY:
    case ETXTBSY:
    case EADDRINUSE:
        return ERR_BUSY;
    case ENODEV:
    case EPIPE:
    case ECANCELED:
    case ESHUTDOWN:
        return ERR_GONE;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case ENOSYS:
    case EOPNOTSUPP:
    case ENOTTY:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
        return ERR_UNSUPPORTED;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return ERR_NETWORK;
    default:
        return ERR_IO;
    }
}

const char *err_name(int code) {
    static const char *const names[] = {
        "no error", "out of memory", "invalid",     "not found",     "exists already", "conflict",
        "too big",  "i/o error",     "no space",    "corrupt",       "timed out",      "busy",
        "gone",     "denied",        "unsupported", "network error",
    };
    if (code > 0 || code <= -(int)TEXT_ARRAY_LEN(names)) return "unknown error";
    return names[-code];
}
