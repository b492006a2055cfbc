/* SPDX-License-Identifier: MIT */
/* PINs at the command line. A PIN is wiped from the buffers here; stdio is not used for it. */
#include "firmware/sitelogctl/pin_entry.h"

#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int pin_entry_check(const char *pin, struct err_text *e) {
    size_t n = strlen(pin);
    if (n >= PIN_ENTRY_MIN && n <= PIN_ENTRY_MAX && strspn(pin, "0123456789") == n) return 0;
    return err_field(e, ERR_INVALID, "pin", "a PIN has %d to %d digits and nothing else", PIN_ENTRY_MIN, PIN_ENTRY_MAX);
}

bool pin_entry_trivial(const char *pin) {
    static const char *const favourites[] = { "2580", "0852",   "1122",   "2211",  "1004",
                                              "5683", "520520", "147258", "159753" };
    size_t n = strlen(pin);
    bool up = true, down = true, period1 = true, period2 = true, period3 = true;
    for (size_t i = 1; i < n; i++) {
        up = up && pin[i] == (pin[i - 1] == '9' ? '0' : pin[i - 1] + 1);
        down = down && pin[i] == (pin[i - 1] == '0' ? '9' : pin[i - 1] - 1);
        period1 = period1 && pin[i] == pin[0];
        period2 = period2 && pin[i] == pin[i % 2];
        period3 = period3 && pin[i] == pin[i % 3];
    }
    if (up || down || period1 || period2 || (period3 && n > 4)) return true;
    if (n == 4 && (text_starts(pin, "19") || text_starts(pin, "20"))) return true; /* a year */
    for (size_t i = 0; i < TEXT_ARRAY_LEN(favourites); i++)
        if (strcmp(pin, favourites[i]) == 0) return true;
    return false;
}

void pin_entry_make(char out[PIN_ENTRY_SIZE]) {
    do {
        uint16_t number;
        do ids_random(&number, sizeof number);
        while (number >= 60000); /* every PIN as likely as another */
        (void)snprintf(out, PIN_ENTRY_SIZE, "%04u", number % 10000u);
    } while (pin_entry_trivial(out));
}

/* One line without its end. Longer than a PIN: cut, so that the check refuses it. */
static int read_line(int fd, char line[PIN_ENTRY_SIZE + 1], struct err_text *e) {
    size_t n = 0;
    char c = 0;
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_set(e, err_from_errno(errno), "the PIN could not be read");
        if (got == 0 || c == '\n') break;
        if (c != '\r' && n < PIN_ENTRY_SIZE) line[n++] = c;
    }
    line[n] = '\0';
    return 0;
}

static int ask_once(int tty, const char *prompt, const char *who, char line[PIN_ENTRY_SIZE + 1], struct err_text *e) {
    (void)dprintf(tty, "%s%s: ", prompt, who);
    int rc = read_line(tty, line, e);
    (void)dprintf(tty, "\n");
    return rc;
}

int pin_entry_ask(const char *who, char out[PIN_ENTRY_SIZE], struct err_text *e) {
    struct termios shown, hidden;
    char first[PIN_ENTRY_SIZE + 1] = "", second[PIN_ENTRY_SIZE + 1] = "";
    sigset_t block, before;
    int tty = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    if (tty < 0 || tcgetattr(tty, &shown)) {
        if (tty >= 0) (void)close(tty);
        return err_set(e, ERR_NOT_FOUND, "there is no terminal to ask for a PIN");
    }
    hidden = shown;
    hidden.c_lflag &=
        ~(tcflag_t)(ECHO | ISIG); /* ^C is taken as a wrong character: the terminal never stays without echo */
    (void)sigemptyset(&block);
    (void)sigaddset(&block, SIGTSTP);
    (void)sigprocmask(SIG_BLOCK, &block, &before);
    int rc = tcsetattr(tty, TCSAFLUSH, &hidden) ? err_set(e, ERR_IO, "the terminal cannot be asked without echo") : 0;
    if (!rc) rc = ask_once(tty, "PIN of ", who, first, e);
    if (!rc) rc = pin_entry_check(first, e);
    if (!rc) rc = ask_once(tty, "the same again for ", who, second, e);
    if (!rc && strcmp(first, second) != 0)
        rc = err_field(e, ERR_INVALID, "pin", "the two PINs differ; nothing was changed");
    (void)tcsetattr(tty, TCSAFLUSH, &shown);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (!rc) memcpy(out, first, PIN_ENTRY_SIZE);
    explicit_bzero(first, sizeof first);
    explicit_bzero(second, sizeof second);
    (void)close(tty);
    return rc;
}

int pin_entry_read(char out[PIN_ENTRY_SIZE], struct err_text *e) {
    char line[PIN_ENTRY_SIZE + 1] = "";
    int rc = read_line(STDIN_FILENO, line, e);
    if (!rc) rc = pin_entry_check(line, e);
    if (!rc) memcpy(out, line, PIN_ENTRY_SIZE);
    explicit_bzero(line, sizeof line);
    return rc;
}
