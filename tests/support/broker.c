/* SPDX-License-Identifier: MIT */
/* Runs mosquitto as a child. */
#include "tests/support/broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void give_up(const char *what) {
    perror(what);
    abort();
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int free_port(void) {
    struct sockaddr_in a = loopback(0);
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || getsockname(fd, (struct sockaddr *)&a, &n))
        give_up("free port");
    (void)close(fd);
    return ntohs(a.sin_port);
}

static int answers(int port) {
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int ok = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0) (void)close(fd);
    return ok;
}

static void run(struct broker *b) {
    char conf[96], port[16];
    (void)snprintf(conf, sizeof conf, "%s/mosquitto.conf", b->dir);
    (void)snprintf(port, sizeof port, "%d", b->port);
    FILE *f = fopen(conf, "w");
    if (!f) give_up(conf);
    (void)fprintf(f, "listener %s 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n", port);
    (void)fclose(f);
    b->pid = fork();
    if (b->pid < 0) give_up("fork");
    if (b->pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDERR_FILENO);
        (void)execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
        (void)execl("/usr/sbin/mosquitto", "mosquitto", "-c", conf, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000; i++) {
        if (answers(b->port)) return;
        (void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    give_up("mosquitto does not answer");
}

void broker_start(struct broker *b) {
    (void)snprintf(b->dir, sizeof b->dir, "/tmp/sitelog-broker-XXXXXX");
    if (!mkdtemp(b->dir)) give_up("mkdtemp");
    b->port = free_port();
    run(b);
}

void broker_kill(struct broker *b) {
    (void)kill(b->pid, SIGKILL);
    (void)waitpid(b->pid, NULL, 0);
    b->pid = 0;
}

void broker_again(struct broker *b) { run(b); }

void broker_stop(struct broker *b) {
    char conf[96];
    if (b->pid) broker_kill(b);
    (void)snprintf(conf, sizeof conf, "%s/mosquitto.conf", b->dir);
    (void)unlink(conf);
    (void)rmdir(b->dir);
}
