/* SPDX-License-Identifier: MIT */
/* Log lines on stderr. Holds the programs' one piece of global state, the level. Does not filter secrets, rotate or buffer. */
#include "firmware/base/log.h"

#include "firmware/base/clock.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 2048

static atomic_int current_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) { atomic_store(&current_level, (int)level); }

int log_level_parse(const char *name, enum log_level *out) {
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {
        { "error", LOG_LEVEL_ERROR },
        { "warn", LOG_LEVEL_WARN },
        { "info", LOG_LEVEL_INFO },
        { "debug", LOG_LEVEL_DEBUG },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(levels); i++)
        if (strcmp(name, levels[i].name) == 0) {
            *out = levels[i].level;
            return 0;
        }
    return ERR_INVALID;
}

static const char *level_name(enum log_level level) {
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARN:
        return "warn ";
    case LOG_LEVEL_INFO:
        return "info ";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "?";
}

/* systemd names the journal's socket by device and inode; a stderr that was redirected afterwards is no longer it. */
static bool is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device = 0;
    unsigned long long inode = 0;
    struct stat st;
    if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(STDERR_FILENO, &st) != 0) return false;
    return (unsigned long long)st.st_dev == device && (unsigned long long)st.st_ino == inode;
}

/* One event, one line, whatever a message brings along from outside. */
static void tame(char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = ' ';
}

static void put(enum log_level level, const char *format, va_list args) PRINTF_LIKE(2, 0);

static void put(enum log_level level, const char *format, va_list args) {
    if ((int)level > atomic_load(&current_level)) return;
    int saved_errno = errno;
    char message[LINE_SIZE];
    char head[CLOCK_TEXT_SIZE + 16];
    char line[LINE_SIZE + sizeof head + 1];
    if (is_journal()) {
        (void)snprintf(head, sizeof head, "<%d>", (int)level);
    } else {
        char stamp[CLOCK_TEXT_SIZE];
        clock_format(clock_wall(), 0, stamp);
        (void)snprintf(head, sizeof head, "%s %s ", stamp, level_name(level));
    }
    if (vsnprintf(message, sizeof message, format, args) < 0) message[0] = '\0';
    tame(message);
    text_clip(line, sizeof line - 1, head);
    size_t n = strlen(line);
    text_clip(line + n, sizeof line - 1 - n, message);
    n = strlen(line);
    line[n++] = '\n';
    while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR) {}
    errno = saved_errno;
}

void log_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    put(LOG_LEVEL_ERROR, format, args);
    va_end(args);
}

void log_warn(const char *format, ...) {
    va_list args;
    va_start(args, format);
    put(LOG_LEVEL_WARN, format, args);
    va_end(args);
}

void log_info(const char *format, ...) {
    va_list args;
    va_start(args, format);
    put(LOG_LEVEL_INFO, format, args);
    va_end(args);
}

void log_debug(const char *format, ...) {
    va_list args;
    va_start(args, format);
    put(LOG_LEVEL_DEBUG, format, args);
    va_end(args);
}
