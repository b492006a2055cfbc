/* SPDX-License-Identifier: MIT */
/* Copying is from symbol to symbol: no coefficient is made of them but the DC, whose differences change where the predecessor does.
 *
 * What is behind the band could be copied bit by bit, shifted. Instead the band is made some bits longer, so that the rest begins in the same place
 * of a byte as before and can be copied as bytes. That is fast, and right to the last byte: a scan ends in up to seven bits that mean nothing, and how
 * many of them do, nobody knows who has not decoded it all. The bits come from runs of 16 zeros written out before an end of block, which says the
 * same without them. */
#include "app/photo/jpeg_splice.h"

#include "app/photo/jpeg_splice_file.h"
#include "firmware/base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum {
    COEFFICIENTS = 64,
    END_OF_BLOCK = 0x00,
    ZEROS = 0xF0, /* sixteen */
    DC_LONGEST = 11,
    DC_MAX = 32767,
    BLOCK_MAX_BYTES = 544 /* 67 symbols of 31 bits, every byte stuffed */
};

/* Where a file's scan is read. A copy goes on by itself. */
struct side {
    const struct splice_file *file;
    struct bits_in bits;
    int dc[SPLICE_COMPONENTS]; /* the last ones */
    bool may_pad;
};

/* Symbols that a table to write with would need and has no code for. */
struct lack {
    bool any, symbol[HUFF_SYMBOLS];
};

struct splice {
    const struct jpeg_splice *job;
    struct splice_file photo, band;
    const struct splice_file *coder; /* the one whose tables the result is coded with */
    struct side seam;                /* the photo at the band's end, or its beginning, whichever comes second */
    struct bits_out to;
    int dc[SPLICE_COMPONENTS];                   /* the last ones written */
    int pad[SPLICE_TABLES], room[SPLICE_TABLES]; /* runs of zeros to put in yet, and how many find room; by AC table */
    struct lack lacks_dc[SPLICE_TABLES], lacks_ac[SPLICE_TABLES];
};

static struct side side_of(const struct splice_file *f) {
    return (struct side){ .file = f, .bits = { .begin = f->scan, .at = f->scan, .end = f->scan_end } };
}

/* ---- blocks ---- */
/* Readers and writers are copied into a function and back, so that they live in registers there. */

/* The DC coefficient that comes. false: damaged. */
static inline bool read_dc(struct side *from, struct bits_in *bits, int component) {
    const struct huff *h = &from->file->dc[from->file->component[component].dc];
    bits_fill(bits);
    unsigned found = jpeg_splice_huff_next(h, bits);
    int n = (int)(found & 0xFF);
    if (!found || n > DC_LONGEST) return false;
    bits_drop(bits, (int)(found >> 8));
    int difference = (int)bits_take(bits, n);
    if (n > 0 && difference < 1 << (n - 1)) difference -= (1 << n) - 1; /* T.81, F.2.2.1 */
    from->dc[component] += difference;
    return abs(from->dc[component]) <= DC_MAX;
}

/* The next AC symbol, which stays to be taken with its bits. Moves *k behind the coefficients that it stands for. 0: damaged, or no baseline. */
static inline unsigned look_ac(const struct huff *h, struct bits_in *bits, int *k) {
    bits_fill(bits);
    unsigned found = jpeg_splice_huff_next(h, bits), symbol = found & 0xFF;
    if (symbol & 15) {
        *k += (int)(symbol >> 4) + 1;
        return *k <= COEFFICIENTS ? found : 0;
    }
    if (symbol == ZEROS)
        *k += 16;
    else if (symbol != END_OF_BLOCK)
        return 0;
    return found;
}

static inline bool skip_block(struct side *from, int component) {
    const struct huff *h = &from->file->ac[from->file->component[component].ac];
    struct bits_in bits = from->bits;
    if (!read_dc(from, &bits, component)) return false;
    for (int k = 1; k < COEFFICIENTS;) {
        bits_fill(&bits);
        unsigned leap = h->leap[bits.held >> (64 - HUFF_LEAP)];
        int reach = (int)(leap >> 4 & 0x7F);
        if (leap && k + reach <= COEFFICIENTS) {
            bits_drop(&bits, (int)(leap & 15));
            k += reach;
            if (leap & HUFF_LEAP_ENDS) break;
            continue;
        }
        unsigned found = look_ac(h, &bits, &k), symbol = found & 0xFF;
        if (!found) return false;
        bits_drop(&bits, (int)((found >> 8) + (symbol & 15)));
        if (symbol == END_OF_BLOCK) break;
    }
    from->bits = bits;
    return true;
}

/* A table to write with. */
struct pen {
    const struct huff *h;
    struct lack *lack;
};

/* n: bits that follow the code. */
static inline void put(struct pen pen, struct bits_out *to, unsigned symbol, uint32_t bits, int n) {
    if (pen.h->length[symbol] == 0) pen.lack->any = pen.lack->symbol[symbol] = true;
    bits_put(to, (uint32_t)pen.h->code[symbol] << n | bits, pen.h->length[symbol] + n);
}

static inline bool put_dc(struct splice *s, struct bits_out *to, int component, int dc) {
    int table = s->coder->component[component].dc, difference = dc - s->dc[component];
    unsigned size = (unsigned)abs(difference);
    int n = size ? 32 - __builtin_clz(size) : 0;
    if (n > DC_LONGEST) return false;
    put((struct pen){ &s->coder->dc[table], &s->lacks_dc[table] }, to, (unsigned)n,
        difference < 0 ? ~size & ((1u << n) - 1) : size, n);
    s->dc[component] = dc;
    return true;
}

/* Before an end of block at k. */
static void put_padding(struct splice *s, int table, struct bits_out *to, int k) {
    for (; k + 16 < COEFFICIENTS; k += 16) {
        s->room[table]++;
        if (s->pad[table] == 0) continue;
        s->pad[table]--;
        put((struct pen){ &s->coder->ac[table], &s->lacks_ac[table] }, to, ZEROS, 0, 0);
    }
}

static inline bool copy_block(struct splice *s, struct side *from, int component) {
    const struct huff *h = &from->file->ac[from->file->component[component].ac];
    int table = s->coder->component[component].ac;
    struct pen pen = { &s->coder->ac[table], &s->lacks_ac[table] };
    struct bits_in bits = from->bits;
    struct bits_out to = s->to;
    if (!read_dc(from, &bits, component) || !put_dc(s, &to, component, from->dc[component])) return false;
    for (int k = 1; k < COEFFICIENTS;) {
        unsigned found = look_ac(h, &bits, &k), symbol = found & 0xFF;
        if (!found) return false;
        bits_drop(&bits, (int)(found >> 8));
        if (symbol == END_OF_BLOCK && from->may_pad) put_padding(s, table, &to, k);
        int n = (int)(symbol & 15);
        put(pen, &to, symbol, bits_take(&bits, n), n);
        if (symbol == END_OF_BLOCK) break;
    }
    from->bits = bits;
    s->to = to;
    return true;
}

/* ---- MCUs ---- */

static int skip(struct side *from, size_t mcus) {
    const struct splice_file *f = from->file;
    for (; mcus > 0; mcus--) {
        for (int i = 0; i < f->components; i++)
            for (int n = f->component[i].across * f->component[i].down; n > 0; n--)
                if (!skip_block(from, i)) return ERR_UNSUPPORTED;
        if (from->bits.n < 0) return ERR_UNSUPPORTED;
    }
    return 0;
}

static int copy(struct splice *s, struct side *from, size_t mcus) {
    const struct splice_file *f = from->file;
    for (; mcus > 0; mcus--) {
        int rc = buf_reserve(s->to.out, (size_t)f->blocks * BLOCK_MAX_BYTES);
        if (rc) return rc;
        for (int i = 0; i < f->components; i++)
            for (int n = f->component[i].across * f->component[i].down; n > 0; n--)
                if (!copy_block(s, from, i)) return ERR_UNSUPPORTED;
        if (from->bits.n < 0) return ERR_UNSUPPORTED;
    }
    return 0;
}

static bool is_lacking(const struct splice *s) {
    for (int i = 0; i < SPLICE_TABLES; i++)
        if (s->lacks_dc[i].any || s->lacks_ac[i].any) return true;
    return false;
}

static size_t mcus_of(const struct splice_file *f) { return (size_t)f->mcus_across * f->mcus_down; }

/* ---- the band at each of the edges ---- */

/* Ways to make the band longer by so many bits that the rest of the photo, which begins with `left` bits of a byte, ends that byte. false: none. */
static bool plan_padding(struct splice *s, int left) {
    int first = s->photo.component[0].ac, second = s->photo.component[s->photo.components > 1].ac;
    int long_first = s->photo.ac[first].length[ZEROS], long_second = s->photo.ac[second].length[ZEROS];
    int most_first = long_first ? s->room[first] : 0;
    int most_second = long_second && second != first ? s->room[second] : 0;
    for (int sum = 0; sum <= 14; sum++)
        for (int a = 0; a <= sum; a++) {
            int b = sum - a;
            if (a > most_first || b > most_second || (s->to.n + left + a * long_first + b * long_second) % 8) continue;
            s->pad[first] = a;
            if (b > 0) s->pad[second] = b;
            return true;
        }
    return false;
}

static void begin(struct splice *s, struct buf *out) {
    s->to = (struct bits_out){ .out = out };
    memset(s->dc, 0, sizeof s->dc);
    memset(s->room, 0, sizeof s->room);
}

/* The band's last row and the photo's first MCU under it, in which every component finds its new predecessor; the photo is left behind in *rest. */
static int copy_seam(struct splice *s, struct side band, struct side *rest) {
    *rest = s->seam;
    band.may_pad = true;
    int rc = copy(s, &band, s->band.mcus_across);
    if (rc == 0) rc = copy(s, rest, 1);
    if (rc == 0) bits_give_back(&rest->bits);
    return rc;
}

/* Twice, the second time with the padding that the first showed to be needed. *aligned: the rest may follow as bytes. */
static int copy_seam_padded(struct splice *s, const struct side *band, struct side *rest, bool *aligned) {
    const struct bits_out to = s->to;
    const size_t before = to.out->len;
    int dc[SPLICE_COMPONENTS];
    memcpy(dc, s->dc, sizeof dc);
    int rc = copy_seam(s, *band, rest);
    if (rc) return rc;
    *aligned = !is_lacking(s) && plan_padding(s, rest->bits.n);
    if (!*aligned) return 0;
    to.out->len = before;
    s->to = to;
    memcpy(s->dc, dc, sizeof dc);
    return copy_seam(s, *band, rest);
}

static int lay_top(struct splice *s) {
    struct side rest = s->seam, band = side_of(&s->band);
    size_t all = mcus_of(&s->band), left = mcus_of(&s->photo) - all;
    bool whole = left == 0 || s->coder != &s->photo, aligned;
    int rc = copy(s, &band, whole ? all : all - s->band.mcus_across);
    if (rc) return rc;
    if (whole) return copy(s, &rest, left);
    rc = copy_seam_padded(s, &band, &rest, &aligned);
    if (rc || is_lacking(s)) return rc;
    if (!aligned) return copy(s, &rest, left - 1);
    int n = rest.bits.n;
    bits_put(&s->to, bits_take(&rest.bits, n), n);
    bits_finish(&s->to);
    return buf_add(s->to.out, rest.bits.at, (size_t)(rest.bits.end - rest.bits.at));
}

/* What is above stays as it is, to the last bit. */
static int copy_above(struct splice *s) {
    struct bits_in above = s->seam.bits;
    bits_give_back(&above);
    const uint8_t *whole = above.at;
    if (above.n > 0) whole -= whole - above.begin >= 2 && whole[-1] == 0 && whole[-2] == 0xFF ? 2 : 1;
    int rc = buf_add(s->to.out, above.begin, (size_t)(whole - above.begin));
    if (rc) return rc;
    if (above.n > 0) {
        s->to.held = (uint32_t)*whole >> above.n;
        s->to.n = 8 - above.n;
    }
    memcpy(s->dc, s->seam.dc, sizeof s->dc);
    return 0;
}

static int lay_bottom(struct splice *s) {
    struct side photo = side_of(&s->photo), band = side_of(&s->band);
    int rc = s->coder == &s->photo ? copy_above(s) : copy(s, &photo, mcus_of(&s->photo) - mcus_of(&s->band));
    return rc ? rc : copy(s, &band, mcus_of(&s->band));
}

static int lay_side(struct splice *s, bool left) {
    struct side photo = side_of(&s->photo), band = side_of(&s->band);
    size_t before = s->to.out->len, under = s->band.mcus_across, rest = s->photo.mcus_across - under;
    /* Once for nothing: codes that it lacks had better be known before the whole scan is coded. */
    int rc = copy(s, &band, mcus_of(&s->band));
    if (rc || is_lacking(s)) return rc;
    s->to.out->len = before;
    begin(s, s->to.out);
    band = side_of(&s->band);
    for (uint32_t row = 0; rc == 0 && row < s->photo.mcus_down; row++) {
        if (!left) rc = copy(s, &photo, rest);
        if (rc == 0) rc = skip(&photo, under);
        if (rc == 0) rc = copy(s, &band, under);
        if (rc == 0 && left) rc = copy(s, &photo, rest);
    }
    return rc;
}

/* ---- the file ---- */

static int read_files(struct splice *s) {
    const struct jpeg_splice *job = s->job;
    const struct splice_file *photo = &s->photo, *band = &s->band;
    int rc = jpeg_splice_file_read(&s->photo, job->photo, job->photo_n);
    if (rc == 0) rc = jpeg_splice_file_read(&s->band, job->band, job->band_n);
    if (rc) return rc;
    if (photo->components != band->components) return ERR_UNSUPPORTED;
    for (int i = 0; i < photo->components; i++)
        if (photo->component[i].across != band->component[i].across ||
            photo->component[i].down != band->component[i].down)
            return ERR_UNSUPPORTED;
    bool lying = job->edge == JPEG_SPLICE_LEFT || job->edge == JPEG_SPLICE_RIGHT;
    if (lying ? photo->mcus_down != band->mcus_down || photo->mcus_across < band->mcus_across
              : photo->mcus_across != band->mcus_across || photo->mcus_down < band->mcus_down)
        return ERR_UNSUPPORTED;
    for (int i = 0; i < SPLICE_TABLES; i++)
        if (photo->ac[i].present) jpeg_splice_huff_learn_leaps(&s->photo.ac[i]);
    s->seam = side_of(photo);
    if (lying) return 0;
    return skip(&s->seam, job->edge == JPEG_SPLICE_TOP ? mcus_of(band) : mcus_of(photo) - mcus_of(band));
}

static int write_file(struct splice *s, struct buf *out) {
    static const uint8_t eoi[] = { 0xFF, 0xD9 };
    int rc = jpeg_splice_file_put_header(&s->photo, s->coder, s->job->app1, s->job->app1_n, out);
    if (rc) return rc;
    begin(s, out);
    switch (s->job->edge) {
    case JPEG_SPLICE_TOP:
        rc = lay_top(s);
        break;
    case JPEG_SPLICE_BOTTOM:
        rc = lay_bottom(s);
        break;
    case JPEG_SPLICE_LEFT:
    case JPEG_SPLICE_RIGHT:
        rc = lay_side(s, s->job->edge == JPEG_SPLICE_LEFT);
        break;
    }
    if (rc == 0) rc = buf_reserve(out, BLOCK_MAX_BYTES);
    if (rc) return rc;
    bits_finish(&s->to);
    return buf_add(out, eoi, sizeof eoi);
}

/* The next try's tables: the photo's with what they lack, and where that has no room, the usual ones, with which the whole scan is coded anew. */
static int change_coder(struct splice *s) {
    if (s->coder == &s->band) return ERR_UNSUPPORTED;
    for (int i = 0; i < SPLICE_TABLES; i++) {
        int rc = jpeg_splice_huff_extend(&s->photo.dc[i], s->lacks_dc[i].symbol);
        if (rc == 0) rc = jpeg_splice_huff_extend(&s->photo.ac[i], s->lacks_ac[i].symbol);
        if (rc) s->coder = &s->band;
        s->lacks_dc[i].any = s->lacks_ac[i].any = false;
    }
    return 0;
}

/* Room for the result at once, where it is surely allowed: it grows to little more than this. */
static void reserve(const struct jpeg_splice *job, struct buf *out) {
    size_t likely = job->photo_n + job->band_n + job->app1_n + 8192;
    if (likely < out->max - out->len) (void)!buf_reserve(out, likely);
}

int jpeg_splice_lay(const struct jpeg_splice *job, struct buf *out) {
    CLEANUP(free_ptr) struct splice *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    size_t before = out->len;
    s->job = job;
    s->coder = &s->photo;
    int rc = read_files(s);
    if (rc) return rc;
    reserve(job, out);
    do {
        out->len = before;
        rc = write_file(s, out);
    } while (rc == 0 && is_lacking(s) && (rc = change_coder(s)) == 0);
    if (rc) out->len = before;
    if (out->data) out->data[out->len] = '\0';
    return rc;
}
