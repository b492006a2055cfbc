/* SPDX-License-Identifier: MIT */
/* A program that does nothing, linked with the same libraries as sitelogd: what starting and sitting there costs at the least. Says READY and
 * waits for its end. */
#include <signal.h>

int sd_notify(int unset_environment, const char *state);

int main(void) {
    sigset_t end;
    int number;
    (void)sigemptyset(&end);
    (void)sigaddset(&end, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &end, NULL);
    (void)sd_notify(0, "READY=1");
    (void)sigwait(&end, &number);
    return 0;
}
