/* SPDX-License-Identifier: MIT */
/* Two lists out of the hub's tables. */
#include "app/journal/roster.h"

#include "firmware/base/text.h"

#include <stdlib.h>

/* Room for one more element of `size` bytes; NULL when there is none. */
static void *grow(void **list, size_t n, size_t size) {
    if (n % 64 == 0) {
        void *grown = realloc(*list, (n + 64) * size);
        if (!grown) return NULL;
        *list = grown;
    }
    return (char *)*list + n * size;
}

static int take_board(struct stmt *s, void *place) {
    struct roster_board *b = place;
    int rc = text_copy(b->site, sizeof b->site, stmt_text(s, 0));
    if (!rc) rc = text_copy(b->board, sizeof b->board, stmt_text(s, 1));
    if (!rc) rc = text_copy(b->key, sizeof b->key, stmt_text(s, 2));
    return rc;
}

static int take_member(struct stmt *s, void *place) {
    struct roster_member *m = place;
    int rc = text_copy(m->user, sizeof m->user, stmt_text(s, 0));
    return rc ? rc : text_copy(m->site, sizeof m->site, stmt_text(s, 1));
}

static int read_list(struct stmt *s, size_t size, int (*take)(struct stmt *s, void *place), void **out, size_t *n) {
    void *list = NULL;
    size_t count = 0;
    int rc;
    while ((rc = stmt_step(s)) == 1) {
        void *place = grow(&list, count, size);
        rc = place ? take(s, place) : ERR_NOMEM;
        if (rc) break;
        count++;
    }
    stmt_reset(s);
    if (rc) {
        free(list);
        return rc;
    }
    *out = list;
    *n = count;
    return 0;
}

int roster_boards(struct db *db, struct roster_board **out, size_t *n) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "WITH here AS (SELECT site, board, key FROM board b WHERE NOT EXISTS (SELECT 1 FROM move m"
                        " WHERE m.site = b.site AND m.board = b.board AND NOT EXISTS (SELECT 1 FROM chain c WHERE"
                        " c.site = m.site AND c.writer = m.board AND c.epoch > m.epoch)))"
                        " SELECT site, board, key FROM here UNION ALL "
                        "SELECT DISTINCT site, '', '' FROM chain WHERE site NOT IN (SELECT site FROM here)",
                        &s);
    void *list = NULL;
    if (!rc) rc = read_list(s, sizeof **out, take_board, &list, n);
    if (!rc) *out = list;
    return rc;
}

int roster_members(struct db *db, struct roster_member **out, size_t *n) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT id, site FROM person WHERE active ORDER BY id, site", &s);
    void *list = NULL;
    if (!rc) rc = read_list(s, sizeof **out, take_member, &list, n);
    if (!rc) *out = list;
    return rc;
}
