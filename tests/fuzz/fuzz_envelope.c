/* SPDX-License-Identifier: MIT */
/* Whatever bytes come as an event: what can be read can be made again and says the same, and its key is found without reading it. */
#include "sync/wire/envelope.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void same_key(const struct event_key *a, const struct event_key *b) {
    demand(strcmp(a->writer, b->writer) == 0 && strcmp(a->epoch, b->epoch) == 0);
    demand(a->lane == b->lane && a->seq == b->seq);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const char *text = (const char *)bytes;
    struct envelope first, again;
    struct event_key key;
    int salvaged = envelope_read_key(text, n, &key);
    demand(salvaged != 0 ||
           (ids_is_name(key.writer) && envelope_is_uuid(key.epoch) && key.seq > 0 && (unsigned)key.lane < LANE_COUNT));
    if (envelope_read(text, n, &first, NULL) != 0) return 0;
    demand(salvaged == 0);
    same_key(&key, &first.key);

    struct buf out, data, data_again;
    buf_init(&out, 16u * ENVELOPE_MAX);
    buf_init(&data, 16u * ENVELOPE_MAX);
    buf_init(&data_again, 16u * ENVELOPE_MAX);
    int r = envelope_make(&first, &out, &again, NULL);
    demand(r == 0 || r == ERR_TOO_BIG); /* escapes may take more room than what they stand for */
    if (r == 0) {
        same_key(&first.key, &again.key);
        demand(strcmp(first.id, again.id) == 0 && strcmp(first.type, again.type) == 0 &&
               strcmp(first.time, again.time) == 0);
        demand(strcmp(first.subject, again.subject) == 0 && strcmp(first.actor, again.actor) == 0);
        demand(first.rev == again.rev && first.boot == again.boot && first.mono == again.mono);
        demand(json_print(first.data, &data) == 0 && json_print(again.data, &data_again) == 0);
        demand(data.len == data_again.len && memcmp(data.data, data_again.data, data.len) == 0);
        envelope_fini(&again);
    }
    envelope_fini(&first);
    buf_fini(&out);
    buf_fini(&data);
    buf_fini(&data_again);
    return 0;
}
