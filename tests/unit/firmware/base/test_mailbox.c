/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/mailbox.h"

#include <pthread.h>
#include <stdatomic.h>

struct seen {
    int order[16];
    int n;
    struct mailbox *mailbox;
    atomic_int wakes;
};
struct letter {
    struct seen *seen;
    int number;
};

static void note(void *arg) {
    struct letter *letter = arg;
    letter->seen->order[letter->seen->n++] = letter->number;
}

static void post_again(void *arg) {
    struct letter *letter = arg;
    note(arg);
    if (letter->number < 3) {
        letter->number++;
        if (mailbox_post(letter->seen->mailbox, post_again, letter) != 0) letter->seen->n = -1;
    }
}

static void wake(void *ctx) {
    struct seen *seen = ctx;
    seen->wakes++;
}

static void test_order_and_bound(void **state) {
    (void)state;
    struct seen seen = { 0 };
    struct letter letters[4] = { { &seen, 1 }, { &seen, 2 }, { &seen, 3 }, { &seen, 4 } };
    assert_int_equal(mailbox_create(3, wake, &seen, &seen.mailbox), 0);
    for (int i = 0; i < 4; i++) assert_int_equal(mailbox_post(seen.mailbox, note, &letters[i]), i < 3 ? 0 : ERR_BUSY);
    assert_int_equal(seen.wakes, 3);
    assert_int_equal(mailbox_run(seen.mailbox), 3);
    assert_int_equal(seen.n, 3);
    for (int i = 0; i < 3; i++) assert_int_equal(seen.order[i], i + 1);
    assert_int_equal(mailbox_post(seen.mailbox, note, &letters[3]), 0);
    assert_int_equal(mailbox_run(seen.mailbox), 1);
    assert_int_equal(mailbox_run(seen.mailbox), 0);
    mailbox_destroy(seen.mailbox);
    mailbox_destroy(NULL);
}

/* A call that posts another does not keep the owner for ever. */
static void test_run_takes_only_what_waited(void **state) {
    (void)state;
    struct seen seen = { 0 };
    struct letter letter = { &seen, 1 };
    assert_int_equal(mailbox_create(8, NULL, NULL, &seen.mailbox), 0);
    assert_int_equal(mailbox_post(seen.mailbox, post_again, &letter), 0);
    assert_int_equal(mailbox_run(seen.mailbox), 1);
    assert_int_equal(mailbox_run(seen.mailbox), 1);
    assert_int_equal(mailbox_run(seen.mailbox), 1);
    assert_int_equal(mailbox_run(seen.mailbox), 0);
    assert_int_equal(seen.n, 3);
    mailbox_destroy(seen.mailbox);
}

static void test_drops_what_waits(void **state) {
    (void)state;
    struct seen seen = { 0 };
    struct letter letter = { &seen, 1 };
    assert_int_equal(mailbox_create(8, NULL, NULL, &seen.mailbox), 0);
    assert_int_equal(mailbox_post(seen.mailbox, note, &letter), 0);
    mailbox_destroy(seen.mailbox);
    assert_int_equal(seen.n, 0);
}

#define SENDERS 4
#define LETTERS 2000

struct traffic {
    struct mailbox *mailbox;
    int next[SENDERS];
    int faults;
};
struct numbered {
    struct traffic *traffic;
    int sender;
    int number;
};

static void receive(void *arg) {
    struct numbered *n = arg;
    if (n->traffic->next[n->sender]++ != n->number) n->traffic->faults++;
}

static void *send_all(void *arg) {
    struct numbered *letters = arg;
    for (int i = 0; i < LETTERS; i++)
        while (mailbox_post(letters[i].traffic->mailbox, receive, &letters[i]) == ERR_BUSY) sched_yield();
    return NULL;
}

/* Each sender's letters arrive once and in its order. */
static void test_many_senders(void **state) {
    (void)state;
    static struct numbered letters[SENDERS][LETTERS];
    struct traffic traffic = { 0 };
    pthread_t threads[SENDERS];
    assert_int_equal(mailbox_create(64, NULL, NULL, &traffic.mailbox), 0);
    for (int s = 0; s < SENDERS; s++) {
        for (int i = 0; i < LETTERS; i++) letters[s][i] = (struct numbered){ &traffic, s, i };
        assert_int_equal(pthread_create(&threads[s], NULL, send_all, letters[s]), 0);
    }
    size_t n = 0;
    int64_t deadline = clock_mono().ms + 60000;
    while (n < SENDERS * LETTERS && clock_mono().ms < deadline) {
        size_t more = mailbox_run(traffic.mailbox);
        if (!more) sched_yield();
        n += more;
    }
    for (int s = 0; s < SENDERS; s++) assert_int_equal(pthread_join(threads[s], NULL), 0);
    assert_int_equal(n, SENDERS * LETTERS);
    assert_int_equal(traffic.faults, 0);
    mailbox_destroy(traffic.mailbox);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_bound),
        cmocka_unit_test(test_run_takes_only_what_waited),
        cmocka_unit_test(test_drops_what_waits),
        cmocka_unit_test(test_many_senders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
