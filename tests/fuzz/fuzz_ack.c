/* SPDX-License-Identifier: MIT */
/* Whatever bytes come as an ack, a hello, a beat or a state: what can be read can be printed and says the same. */
#include "sync/wire/ack.h"
#include "sync/wire/beat.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void same(const struct ack *a, const struct ack *b) {
    demand(a->have_count == b->have_count && a->rejected_count == b->rejected_count);
    demand(a->blobs_count == b->blobs_count && a->want_count == b->want_count);
    demand(a->window == b->window && a->pause_ms == b->pause_ms && a->resend == b->resend && a->to == b->to);
    demand(a->connect == b->connect);
    for (size_t i = 0; i < a->have_count; i++) {
        demand(strcmp(a->have[i].writer, b->have[i].writer) == 0 && strcmp(a->have[i].epoch, b->have[i].epoch) == 0);
        for (int l = 0; l < LANE_COUNT; l++) demand(a->have[i].upto[l] == b->have[i].upto[l]);
    }
    for (size_t i = 0; i < a->rejected_count; i++)
        demand(a->rejected[i].key.seq == b->rejected[i].key.seq &&
               strcmp(a->rejected[i].text, b->rejected[i].text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const char *text = (const char *)bytes;
    struct ack first, again;
    if (ack_read(text, n, &first, NULL) == 0) {
        struct buf out;
        buf_init(&out, 16u * ACK_MAX);
        demand(ack_print(&first, &out) == 0);
        if (out.len <= ACK_MAX) {
            demand(ack_read(out.data, out.len, &again, NULL) == 0);
            same(&first, &again);
            ack_fini(&again);
        }
        ack_fini(&first);
        buf_fini(&out);
    }
    struct beat beat;
    if (beat_read(text, n, "acme", "s-1", "b-1", &beat, NULL) == 0) beat_fini(&beat);
    struct state state;
    if (state_read(text, n, &state, NULL) == 0) demand(state.boot >= 0 && state.connect >= 0);
    return 0;
}
