/* SPDX-License-Identifier: MIT */
/* The documents' examples through the code: every schema's examples are data that the code takes and can make an event of. With SITELOG_SAMPLES=DIR
 * it also writes what the code makes and what it says of damaged messages, for `make docs-check`, which asks the documents about the same
 * messages. Run from the root of the tree. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/event.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "sync/wire/ack.h"
#include "sync/wire/beat.h"
#include "sync/wire/topic.h"
#include "tests/support/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMAS "sync/wire/schema/data"
#define EPOCH   "01935d2a-1c00-7abc-8def-0123456789ab"
#define HASH    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BASE    "sitelog/v1/acme/s-0412/b-7f3a/"

static FILE *samples; /* NULL: nobody asked for them */

static void sample(const char *what, const char *topic, const char *bytes, size_t n, bool valid) {
    if (!samples) return;
    size_t size = 4 * n / 3 + 8;
    CLEANUP(free_ptr) char *base64 = malloc(size);
    assert_non_null(base64);
    assert_int_equal(text_base64((const uint8_t *)bytes, n, base64, size), 0);
    assert_true(fprintf(samples, "{\"what\":\"%s\",\"topic\":\"%s\",\"valid\":%s,\"bytes\":\"%s\"}\n", what, topic,
                        valid ? "true" : "false", base64) > 0);
}

static struct envelope envelope(const char *type, enum lane lane, const char *kind) {
    struct envelope e = {
        .key = { .writer = "b-7f3a", .epoch = EPOCH, .lane = lane, .seq = 12 },
        .id = "01935d2a-1c00-7000-8000-000000000001",
        .org = "acme",
        .site = "s-0412",
        .time = "2026-11-22T16:04:05.123+08:00",
        .prev = HASH,
        .rev = 3,
        .actor = "user/u-03",
        .clock = "ntp",
        .boot = 7,
        .mono = 123456,
    };
    assert_int_equal(text_copy(e.type, sizeof e.type, type), 0);
    snprintf(e.subject, sizeof e.subject, "%s/01935d2a-1c00-7000-8000-000000000002", kind);
    return e;
}

/* ---- events ---- */

static void example(const char *type, const struct json *data) {
    const struct event_type *known = event_type_find(type);
    struct envelope e = envelope(type, known ? known->lane : LANE_RECORD, known ? known->kind : "later"), back;
    struct buf out;
    struct err_text why = { 0 };
    char topic[TOPIC_SIZE];
    buf_init(&out, ENVELOPE_MAX);
    e.data = data;
    if (known && known->check && known->check(data, &why) != 0)
        fail_msg("%s: the code refuses the schema's example: %s: %s", type, why.field, why.text);
    if (envelope_make(&e, &out, NULL, &why) != 0) fail_msg("%s: %s", type, why.text);
    assert_int_equal(envelope_read(out.data, out.len, &back, NULL), 0);
    assert_int_equal(json_count(back.data), json_count(data));
    envelope_fini(&back);
    struct topic t = {
        .kind = TOPIC_EVENT, .org = "acme", .site = "s-0412", .board = "b-7f3a", .up = true, .lane = e.key.lane
    };
    assert_int_equal(text_copy(t.type, sizeof t.type, type), 0);
    assert_int_equal(topic_make(&t, topic), 0);
    if (known) sample(type, topic, out.data, out.len, true); /* else the lane is only guessed */
    buf_fini(&out);
}

static size_t examples_of(const char *type) {
    char path[512];
    struct buf text;
    struct err_text e = { 0 };
    struct json *schema = NULL;
    snprintf(path, sizeof path, SCHEMAS "/%s.json", type);
    buf_init(&text, 1u << 20);
    if (file_read(path, &text, &e) != 0 || json_parse(text.data, text.len, &schema, &e) != 0)
        fail_msg("%s: %s", path, e.text);
    const struct json *list = json_member(schema, "examples");
    size_t count = json_count(list);
    for (size_t i = 0; i < count; i++) example(type, json_at(list, i));
    json_destroy(schema);
    buf_fini(&text);
    return count;
}

static void every_example_is_an_event(void **state) {
    (void)state;
    DIR *dir = opendir(SCHEMAS);
    if (!dir) fail_msg("run this test from the root of the tree: there is no " SCHEMAS);
    size_t types = 0;
    for (struct dirent *d; (d = readdir(dir));) {
        char type[256];
        size_t n = strlen(d->d_name);
        if (n < 6 || strcmp(d->d_name + n - 5, ".json") != 0) continue;
        snprintf(type, sizeof type, "%.*s", (int)(n - 5), d->d_name);
        if (examples_of(type) == 0) fail_msg("%s has no example", type);
        types++;
    }
    closedir(dir);
    assert_true(types >= 13);
}

static void every_type_has_a_schema(void **state) {
    (void)state;
    for (size_t i = 0; i < event_type_count; i++) assert_true(examples_of(event_types[i].name) > 0);
}

/* What stands in a good event, and what to put there. The code's verdict is the sample's. */
static const char *const damage[][2] = {
    { "\"specversion\":\"1.0\"", "\"specversion\":\"0.3\"" },
    { "\"specversion\":\"1.0\",", "" },
    { "\"id\":\"01935d2a-1c00-7", "\"id\":\"01935d2a-1c00-4" },
    { "\"id\":\"01935d2a", "\"id\":\"01935D2A" },
    { "\"id\":\"01935d2a-1c00-7000-8000-000000000001\"", "\"id\":7" },
    { "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/s-0412/b-7f3b" },
    { "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/b-7f3a" },
    { "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/S-0412/b-7f3a" },
    { "org.sitelog.note.v1", "com.example.note.v1" },
    { "org.sitelog.note.v1", "org.sitelog.note" },
    { "org.sitelog.note.v1", "org.sitelog.note.v01" },
    { "\"note/01935d2a", "\"01935d2a" },
    { "\"note/01935d2a", "\"note/ 01935d2a" },
    { "16:04:05.123+08:00", "16:04:05.123" },
    { "16:04:05.123+08:00", "16:04:05Z" },
    { "2026-11-22T", "2026-13-22T" },
    { "2026-11-22T", "2026-02-30T" },
    { "application/json", "text/plain" },
    { "\"writer\":\"b-7f3a\"", "\"writer\":\"B-7f3a\"" },
    { "\"epoch\":\"" EPOCH "\"", "\"epoch\":\"x\"" },
    { "\"lane\":\"record\"", "\"lane\":\"urgent\"" },
    { "\"seq\":12", "\"seq\":0" },
    { "\"seq\":12", "\"seq\":12.5" },
    { "\"seq\":12", "\"seq\":9007199254740992" },
    { "\"seq\":12", "\"seq\":9007199254740991" },
    { "\"seq\":12", "\"seq\":\"12\"" },
    { "\"prev\":\"0123", "\"prev\":\"ABCD" },
    { "\"prev\":\"0123", "\"prev\":\"012" },
    { "\"rev\":3", "\"rev\":0" },
    { "\"user/u-03\"", "\"\"" },
    { "\"user/u-03\"", "\"user/\"" },
    { "\"user/u-03\"", "\"board\"" },
    { "\"user/u-03\"", "\"rule/daylog-missing\"" },
    { "\"clock\":\"ntp\"", "\"clock\":\"gps\"" },
    { "\"boot\":7", "\"boot\":-7" },
    { "\"mono\":123456", "\"mono\":true" },
    { "\"mono\":123456", "\"mono\":1,\"inreplyto\":\"no\"" },
    { "\"mono\":123456", "\"mono\":1,\"inreplyto\":\"01935d2a-1c00-7000-8000-000000000009\"" },
    { "\"mono\":123456", "\"mono\":1,\"traceparent\":\"00-1\"" },
    { "\"data\":{", "\"data\":[],\"datum\":{" },
    { "\"data\":{", "\"datum\":{" },
    { "}}", "}" },
    { "{\"specversion\"", "[{\"specversion\"" },
};

static void damaged_events_are_judged_as_documented(void **state) {
    (void)state;
    struct envelope e = envelope("note", LANE_RECORD, "note"), back;
    struct json *data = tree_of("{\"text\":\"水\"}");
    e.data = data;
    struct buf out;
    buf_init(&out, ENVELOPE_MAX);
    assert_int_equal(envelope_make(&e, &out, NULL, NULL), 0);
    json_destroy(data);
    size_t refused = 0;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(damage); i++) {
        char text[4096], what[32];
        char *at = strstr(out.data, damage[i][0]);
        assert_non_null(at);
        int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - out.data), out.data, damage[i][1],
                         at + strlen(damage[i][0]));
        bool valid = envelope_read(text, (size_t)n, &back, NULL) == 0;
        if (valid) envelope_fini(&back);
        refused += !valid;
        snprintf(what, sizeof what, "damaged event %zu", i);
        sample(what, BASE "up/record/note", text, (size_t)n, valid);
    }
    assert_int_equal(refused, TEXT_ARRAY_LEN(damage) - 6);
    buf_fini(&out);
}

/* ---- the other messages ---- */

static struct ack_have have[2] = {
    { .writer = "b-7f3a", .epoch = EPOCH, .upto = { 12, 0, ACK_UNSAID }, .hash = { HASH, HASH, "" } },
    { .writer = "hub", .epoch = EPOCH, .upto = { ACK_UNSAID, 3, 4 } }
};
static struct ack_rejected rejected[1] = { { { "b-7f3a", EPOCH, LANE_PHOTO, 3 }, "schema", "no \"data\"" } };
static char hashes[2][HASH_TEXT_SIZE] = { HASH, HASH };

static void print_ack(const char *what, const char *topic, const struct ack *a) {
    struct buf out;
    struct ack back;
    buf_init(&out, ACK_MAX);
    assert_int_equal(ack_print(a, &out), 0);
    assert_int_equal(ack_read(out.data, out.len, &back, NULL), 0);
    ack_fini(&back);
    sample(what, topic, out.data, out.len, true);
    buf_fini(&out);
}

static void acks_and_hellos(void **state) {
    (void)state;
    struct ack a = { .window = 256 };
    print_ack("empty ack", BASE "dn/ack", &a);
    a = (struct ack){ .have = have,
                      .have_count = 2,
                      .rejected = rejected,
                      .rejected_count = 1,
                      .blobs = hashes,
                      .blobs_count = 2,
                      .want = hashes,
                      .want_count = 1,
                      .window = 99,
                      .pause_ms = 1500,
                      .resend = true,
                      .to = 7 };
    print_ack("ack", BASE "up/ack", &a);
    a.connect = 31;
    a.boot = 5;
    print_ack("hello without a key", BASE "dn/hello", &a);
    uint8_t key[SIGN_PUBLIC_SIZE] = { 7 };
    assert_int_equal(text_base64(key, sizeof key, a.key, sizeof a.key), 0);
    print_ack("hello", BASE "up/hello", &a);
}

static void damaged_acks_are_judged_as_documented(void **state) {
    (void)state;
#define HAVE(upto) "{\"have\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\"," upto "}]}"
    static const char *const bad[] = {
        "[]",
        "{\"have\":{}}",
        "{\"have\":[3]}",
        "{\"have\":[{}]}",
        HAVE("\"upto\":{\"alert\":-1}"),
        HAVE("\"upto\":{\"alert\":1.5}"),
        HAVE("\"upto\":{\"alert\":9007199254740993}"),
        HAVE("\"upto\":{\"alert\":\"1\"}"),
        "{\"have\":[{\"writer\":\"B\",\"epoch\":\"" EPOCH "\",\"upto\":{}}]}",
        "{\"have\":[{\"writer\":\"b\",\"epoch\":\"1\",\"upto\":{}}]}",
        "{\"have\":[],\"window\":-1}",
        "{\"have\":[],\"window\":1e300}",
        "{\"have\":[],\"pause_ms\":-5}",
        "{\"have\":[],\"resend\":1}",
        "{\"have\":[],\"to\":\"1\"}",
        "{\"have\":[],\"blobs\":[\"x\"]}",
        "{\"have\":[],\"want\":[null]}",
        "{\"have\":[],\"rejected\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH
        "\",\"lane\":\"x\",\"seq\":1,\"code\":\"schema\"}]}",
        "{\"have\":[],\"rejected\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH
        "\",\"lane\":\"alert\",\"seq\":0,\"code\":\"schema\"}]}",
    };
    static const char *const good[] = { "{\"have\":[]}", "{\"have\":[],\"later\":{}}",
                                        HAVE("\"upto\":{\"alert\":1,\"later\":2},\"later\":1") };
    struct ack a;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        assert_int_equal(ack_read(bad[i], strlen(bad[i]), &a, NULL), ERR_INVALID);
        sample("damaged ack", BASE "dn/ack", bad[i], strlen(bad[i]), false);
    }
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) {
        assert_int_equal(ack_read(good[i], strlen(good[i]), &a, NULL), 0);
        ack_fini(&a);
        sample("ack of a later version", BASE "dn/ack", good[i], strlen(good[i]), true);
    }
}

static void beats_and_states(void **state) {
    (void)state;
    uint8_t secret[SIGN_SECRET_SIZE];
    struct beat b = { .epoch = EPOCH, .seq = { 12, 340, 0 } };
    char health[] = "{\"camera\":\"ok\"}";
    b.health = health;
    for (int l = 0; l < LANE_COUNT; l++) memcpy(b.hash[l], HASH, sizeof b.hash[l]);
    assert_int_equal(sign_make_key(secret, b.key), 0);
    struct buf out;
    buf_init(&out, 8192);
    assert_int_equal(beat_make(&b, "acme", "s-0412", "b-7f3a", secret, &out), 0);
    sample("beat", BASE "up/beat", out.data, out.len, true);
    buf_clear(&out);
    struct state s = { true, 7, 31, "2026-11-22T08:04:05.123Z" };
    assert_int_equal(state_print(&s, &out), 0);
    sample("state", BASE "state", out.data, out.len, true);
    buf_clear(&out);
    struct state hub = { false, 0, 0, "2026-11-22T08:04:05.123Z" };
    assert_int_equal(state_print(&hub, &out), 0);
    sample("hub's state", "sitelog/v1/acme/hub/state", out.data, out.len, true);
    buf_fini(&out);
}

/* Topics that the code refuses have no channel, and the other way round. */
static void topics_are_those_of_the_document(void **state) {
    (void)state;
    static const char *const topics[] = { BASE "up/urgent/note", BASE "up/record", BASE "dn/beat",
                                          "sitelog/v2/acme/hub/state", "sitelog/v1/acme/state" };
    struct topic t;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(topics); i++) {
        assert_int_equal(topic_parse(topics[i], &t), ERR_INVALID);
        sample("another topic", topics[i], "{}", 2, false);
    }
}

static int open_samples(void **state) {
    (void)state;
    const char *dir = getenv("SITELOG_SAMPLES");
    if (!dir) return 0;
    char path[512];
    snprintf(path, sizeof path, "%s/types.json", dir);
    FILE *types = fopen(path, "w");
    snprintf(path, sizeof path, "%s/samples.jsonl", dir);
    samples = fopen(path, "w");
    if (!types || !samples) return -1;
    for (size_t i = 0; i < event_type_count; i++)
        fprintf(types, "%s{\"name\":\"%s\",\"lane\":\"%s\",\"kind\":\"%s\"}", i ? "," : "[", event_types[i].name,
                lane_name(event_types[i].lane), event_types[i].kind);
    fprintf(types, "]\n");
    return fclose(types);
}

static int close_samples(void **state) {
    (void)state;
    return samples ? fclose(samples) : 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_an_event),
        cmocka_unit_test(every_type_has_a_schema),
        cmocka_unit_test(damaged_events_are_judged_as_documented),
        cmocka_unit_test(acks_and_hellos),
        cmocka_unit_test(damaged_acks_are_judged_as_documented),
        cmocka_unit_test(beats_and_states),
        cmocka_unit_test(topics_are_those_of_the_document),
    };
    return cmocka_run_group_tests(tests, open_samples, close_samples);
}
