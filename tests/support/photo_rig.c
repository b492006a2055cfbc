/* SPDX-License-Identifier: MIT */
#include "tests/support/photo_rig.h"

#include <stdio.h>
#include <string.h>

int photo_rig_setup(void **state) { return post_rig_setup_at(state, "2026-11-22T16:00:00+08:00"); }

struct photo photo_rig_make(const char *id, const char *sha256) {
    struct photo p = { .bytes = 3000000,
                       .width = 4000,
                       .height = 3000,
                       .stage = "tiling",
                       .room = "kitchen",
                       .caption = "墙砖",
                       .origin = "phone" };
    (void)snprintf(p.id, sizeof p.id, "%s", id);
    (void)snprintf(p.sha256, sizeof p.sha256, "%s", sha256);
    return p;
}

int photo_rig_record(struct post_rig *f, const struct photo *p, const char *inreplyto) {
    struct appended out;
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = photo_record(f->t.journal, f->t.db, JOURNAL_SITE, p, "user/u-01", inreplyto, &out, &f->answer, &f->e);
    return journal_pair_end(&f->t, rc);
}

bool photo_rig_answers(const struct post_rig *f, const char *text) {
    return f->answer.data && strstr(f->answer.data, text) != NULL;
}
