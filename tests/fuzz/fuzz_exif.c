/* SPDX-License-Identifier: MIT */
/* Whatever bytes stand in a photo's Exif block: what is read of it is of a form that can be true, the same each time, and nothing breaks. */
#include "app/photo/exif.h"
#include "app/photo/jpeg_exif.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_MAX = 65533 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void check_time(const char *taken) {
    char with_offset[CLOCK_TEXT_SIZE + 1] = "";
    struct wall at;
    size_t n = strlen(taken);
    if (n == 0) return;
    demand(n < CLOCK_TEXT_SIZE);
    memcpy(with_offset, taken, n);
    with_offset[n] = 'Z';
    demand((clock_parse(taken, &at, NULL) == 0) != (clock_parse(with_offset, &at, NULL) == 0));
}

/* bytes: a block without its "Exif\0\0". */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const uint8_t header[6] = { 'E', 'x', 'i', 'f', 0, 0 };
    struct exif_facts facts = { 0 }, again = { 0 };
    if (n > BLOCK_MAX - sizeof header) return 0;
    size_t length = 2 + sizeof header + n, size = 4 + length;
    uint8_t *jpeg = malloc(size);
    demand(jpeg != NULL);
    const uint8_t start[6] = { 0xFF, 0xD8, 0xFF, 0xE1, (uint8_t)(length >> 8), (uint8_t)length };
    memcpy(jpeg, start, sizeof start);
    memcpy(jpeg + sizeof start, header, sizeof header);
    if (n) memcpy(jpeg + sizeof start + sizeof header, bytes, n);
    int orientation = jpeg_exif_orientation(jpeg, size);
    demand(orientation >= 1 && orientation <= 8);
    demand(exif_read(jpeg, size, &facts) == 0);
    check_time(facts.taken);
    demand(llabs(facts.lat_udeg) <= 90000000 && llabs(facts.lon_udeg) <= 180000000);
    demand(!facts.located || facts.lat_udeg || facts.lon_udeg);
    demand(exif_read(jpeg, size, &again) == 0);
    demand(strcmp(facts.taken, again.taken) == 0 && facts.located == again.located);
    demand(facts.lat_udeg == again.lat_udeg && facts.lon_udeg == again.lon_udeg);
    free(jpeg);
    return 0;
}
