/* SPDX-License-Identifier: MIT */
/* Scope cleanup: `CLEANUP(free_ptr) char *text = …;` frees at the end of the scope; STEAL_PTR hands a pointer on. */
#ifndef SITELOG_BASE_CLEANUP_H
#define SITELOG_BASE_CLEANUP_H

#include <stdlib.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void free_ptr(void *pointer_to_pointer) { free(*(void **)pointer_to_pointer); }

/* The value of p, and p is NULL afterwards. */
#define STEAL_PTR(p)                                                                                                   \
    __extension__({                                                                                                    \
        __typeof__(p) stolen_ = (p);                                                                                   \
        (p) = NULL;                                                                                                    \
        stolen_;                                                                                                       \
    })

#endif
