/* SPDX-License-Identifier: MIT */
/* A real mosquitto for a test: on a free loopback port, with nothing kept. */
#ifndef SITELOG_TESTS_BROKER_H
#define SITELOG_TESTS_BROKER_H

struct broker {
    int pid;
    int port;
    char dir[64];
};

/* Starts it and waits until it answers; fails the test otherwise. */
void broker_start(struct broker *b);
/* kill -9 (it forgets everything) and start again on the same port. */
void broker_kill(struct broker *b);
void broker_again(struct broker *b);
void broker_stop(struct broker *b);

#endif
