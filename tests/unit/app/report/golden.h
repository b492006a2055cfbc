/* SPDX-License-Identifier: MIT */
/* What a report has to look like, as text files beside the tests. SITELOG_GOLDEN=write writes them anew: then look at what changed. */
#ifndef SITELOG_TESTS_UNIT_APP_REPORT_GOLDEN_H
#define SITELOG_TESTS_UNIT_APP_REPORT_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* text: changed; blanks at its lines' ends are dropped. */
static inline void golden(const char *name, char *text) {
    char path[120];
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from == '\n' || *from == '\f')
            while (to > text && to[-1] == ' ') to--;
        *to++ = *from == '\f' ? '\n' : *from;
    }
    *to = '\0';
    (void)snprintf(path, sizeof path, "tests/unit/app/report/golden/%s", name);
    const char *mode = getenv("SITELOG_GOLDEN");
    if (mode && strcmp(mode, "write") == 0) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
        assert_int_equal(fclose(f), 0);
        return;
    }
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s is not there; tests run in the project's folder", path);
    size_t size = strlen(text) + 100000, n = 0;
    char *want = malloc(size);
    assert_non_null(want);
    n = fread(want, 1, size - 1, f);
    want[n] = '\0';
    (void)fclose(f);
    size_t line = 1;
    for (size_t i = 0; want[i] || text[i]; i++) {
        if (want[i] != text[i])
            fail_msg("%s differs in line %zu; is:\n%.200s\nSITELOG_GOLDEN=write and git diff show all of it", path,
                     line, text + i);
        line += want[i] == '\n';
    }
    free(want);
}

#endif
