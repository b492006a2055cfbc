/* SPDX-License-Identifier: MIT */
/* How the commands print, fail and take their options. */
#include "firmware/sitelogctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { OUT_MAX = 64 * 1024 * 1024 };

void ctl_say(const struct ctl *c, const char *format, ...) {
    va_list args;
    if (c->json) return;
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
}

void ctl_json_begin(struct ctl *c, bool ok) {
    if (!c->json) return;
    buf_fini(&c->out);
    buf_init(&c->out, OUT_MAX);
    json_start(&c->w, &c->out);
    json_open(&c->w, NULL, '{');
    json_put_bool(&c->w, "ok", ok);
}

void ctl_json_end(struct ctl *c) {
    if (!c->json) return;
    json_close(&c->w, '}');
    if (c->out.error)
        printf("{\"ok\":false,\"error\":\"the answer is too long for memory\"}\n");
    else
        printf("%s\n", c->out.data);
    buf_fini(&c->out);
}

/* One error, as it is asked for. */
static void tell(struct ctl *c, const char *text, const char *field) {
    if (!c->json) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "sitelogctl: %s\n", text);
        return;
    }
    ctl_json_begin(c, false);
    json_put_text(&c->w, "error", text);
    if (field[0]) json_put_text(&c->w, "field", field);
    ctl_json_end(c);
}

int ctl_fail(struct ctl *c, const struct err_text *e) {
    tell(c, e->text[0] ? e->text : err_name(e->code), e->field);
    return e->code == ERR_GONE ? CTL_SILENT : CTL_FAILED;
}

int ctl_usage(struct ctl *c, const struct ctl_command *command, const char *format, ...) {
    char text[512], whole[900];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (command)
        (void)snprintf(whole, sizeof whole, "%s\nusage: sitelogctl %s %s", text, command->name, command->arguments);
    else
        (void)snprintf(whole, sizeof whole, "%s\nsitelogctl --help lists the commands", text);
    tell(c, whole, "");
    return CTL_USAGE;
}

static const struct ctl_option *find(const struct ctl_option *options, const char *text, size_t n) {
    for (const struct ctl_option *o = options; o->name; o++)
        if (strlen(o->name) == n && strncmp(o->name, text, n) == 0) return o;
    return NULL;
}

int ctl_options(struct ctl *c, const struct ctl_command *command, const struct ctl_option *options, int *argc,
                char **argv) {
    int kept = 0;
    for (int i = 0; i < *argc; i++) {
        char *text = argv[i];
        if (strcmp(text, "--") == 0) {
            while (++i < *argc) argv[kept++] = argv[i];
            break;
        }
        if (text[0] != '-' || text[1] == '\0') {
            argv[kept++] = text;
            continue;
        }
        size_t n = strcspn(text, "=");
        const struct ctl_option *o = find(options, text, n);
        if (!o) return ctl_usage(c, command, "there is no option %.*s", (int)n, text);
        if (o->flag) {
            if (text[n]) return ctl_usage(c, command, "%s takes no value", o->name);
            *o->flag = true;
        } else if (text[n]) {
            *o->value = text + n + 1;
        } else {
            if (i + 1 == *argc) return ctl_usage(c, command, "%s wants a value", o->name);
            *o->value = argv[++i];
        }
    }
    *argc = kept;
    return CTL_OK;
}
