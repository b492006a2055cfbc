/* SPDX-License-Identifier: MIT */
/* A TCP proxy on loopback that holds back whatever passes, each way, for a while: a long line of any width. */
#ifndef SITELOG_TESTS_DELAY_PROXY_H
#define SITELOG_TESTS_DELAY_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct delay_proxy {
    int port; /* to connect to */
    int to;   /* port of whom it hands to */
    int64_t delay_ms;
    int listener;
    atomic_bool stop;
    pthread_t thread;
};

/* Aborts the test on failure. */
void delay_proxy_start(struct delay_proxy *p, int to_port, int64_t delay_ms);
void delay_proxy_stop(struct delay_proxy *p);

#endif
