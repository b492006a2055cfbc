/* SPDX-License-Identifier: MIT */
/* Error numbers, and the sentence that goes with one where a person will read it.
 * Functions return 0 or a negative `enum err`. Outputs are written on success only.
 * Thread: any; nothing here blocks. */
#ifndef SITELOG_BASE_ERR_H
#define SITELOG_BASE_ERR_H

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err {
    ERR_NOMEM = -1,        /* out of memory */
    ERR_INVALID = -2,      /* input does not have the form it must have */
    ERR_NOT_FOUND = -3,    /* no such thing */
    ERR_EXISTS = -4,       /* it is there already, and the same: a repeat */
    ERR_CONFLICT = -5,     /* it is there already, and another; or a transition that is not legal */
    ERR_TOO_BIG = -6,      /* over a documented maximum */
    ERR_IO = -7,           /* the device or the operating system failed */
    ERR_NO_SPACE = -8,     /* the disk, or a quota, is full */
    ERR_CORRUPT = -9,      /* stored data is damaged */
    ERR_TIMEOUT = -10,     /* a deadline passed */
    ERR_BUSY = -11,        /* somebody else holds it: try again */
    ERR_GONE = -12,        /* closed, unplugged or stopped: open it again */
    ERR_DENIED = -13,      /* not allowed */
    ERR_UNSUPPORTED = -14, /* a newer version's data, or a form we do not handle */
    ERR_NETWORK = -15,     /* the other side cannot be reached or broke off */
};

/* What went wrong, for a person: what, where, and what to do about it. */
struct err_text {
    int code;       /* the enum err that goes with it; 0 while empty */
    char field[96]; /* dotted path of the member or setting at fault, or "" */
    char text[416]; /* one or two sentences, English, no secret in them */
};

/* Fills *e (may be NULL) and returns `code`, so that `return err_set(e, ERR_INVALID, …)` reads well. */
int err_set(struct err_text *e, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same, naming the member or setting at fault. */
int err_field(struct err_text *e, int code, const char *field, const char *format, ...) PRINTF_LIKE(4, 5);

/* Maps errno to an enum err: the one place where that is done. Never returns 0. */
int err_from_errno(int errno_value);

/* A short English name ("no space"), static. */
const char *err_name(int code);

#endif
