/* SPDX-License-Identifier: MIT */
/* How much a board's page weighs on the wire: everything that a board serves for it, gzipped as it is served. */
#include "tests/bench/bench.h"

#include "app/http/assets.h"
#include "firmware/base/text.h"

int main(void) {
    struct bench_series kb = { 0 };
    size_t bytes = 0, files = 0, pages = 0, largest = 0;
    const char *name = "";
    for (size_t i = 0; i < assets_count; i++) {
        const struct asset *a = &assets_table[i];
        size_t n = (size_t)(a->end - a->bytes);
        if (text_starts(a->path, "/office/")) continue;
        if (text_starts(a->path, "/panel/")) pages++;
        bytes += n;
        files++;
        if (n > largest) {
            largest = n;
            name = a->path;
        }
    }
    bench_add(&kb, (double)bytes / 1000);
    if (pages == 0)
        bench_row("board page with everything it loads, gzipped, kB", &kb, BENCH_NO_GOAL, 0, "this build has no panel");
    else
        bench_row("board page with everything it loads, gzipped, kB", &kb, BENCH_AT_MOST, 120,
                  "%zu files; the largest, %s: %.1f kB", files, name, (double)largest / 1000);
    return 0;
}
