/* SPDX-License-Identifier: MIT */
/* The band is encoded as a picture of its own, with the photo's sampling and quantization, and spliced into the photo; where that cannot be, its blocks
 * take the place of the photo's. Where upright's top is in the stored picture is what the orientation says: its first or its last rows, or columns, of
 * MCUs. */
#include "app/photo/jpeg_band.h"

#include "app/photo/jpeg_dest.h"
#include "app/photo/jpeg_exif.h"
#include "app/photo/jpeg_scale.h"
#include "app/photo/jpeg_splice.h"
#include "firmware/base/cleanup.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>

enum {
    MARKER_APP1 = JPEG_APP0 + 1,
    MARKER_APP2 = JPEG_APP0 + 2,
    MARKER_MAX = 65533,
    KEPT_MAX = 0xFFFF,
    QUANT_MAX = 8191,
    DC_MAX = 1023 /* of 8-bit samples; an AC coefficient's magnitude, too */
};

struct pass {
    struct jpeg_error_mgr errors; /* first: a hook finds its pass by it */
    jmp_buf broken;
    int code;
    char why[JMSG_LENGTH_MAX];
    struct jpeg_decompress_struct photo, strip; /* strip: the band as a picture */
    struct jpeg_compress_struct encoder, writer;
    jvirt_barray_ptr *photo_blocks, *strip_blocks;
    struct buf strip_bytes;
    struct jpeg_dest dest; /* of one encoder after the other */
    uint8_t *stored;       /* the band's pixels as they lie in the file */
    uint8_t *inks;         /* a row of them as CMYK */
    int orientation;
};

static _Noreturn void break_off(struct pass *p, int code, const char *why) {
    p->code = code;
    if (why != p->why) (void)snprintf(p->why, sizeof p->why, "%s", why);
    longjmp(p->broken, 1);
}

static _Noreturn void on_error(j_common_ptr c) {
    struct pass *p = (struct pass *)(void *)c->err;
    c->err->format_message(c, p->why);
    if (p->dest.out && p->dest.out->error) break_off(p, p->dest.out->error, "the result does not fit");
    if (c->err->msg_code == JERR_NO_BACKING_STORE)
        break_off(p, ERR_TOO_BIG, "it needs more memory than there is for it");
    break_off(p, c->err->msg_code == JERR_OUT_OF_MEMORY ? ERR_NOMEM : ERR_INVALID, p->why);
}

/* What a viewer would paper over was looked for when the photo came in (jpeg_inspect). */
static void on_message(j_common_ptr c, int level) {
    (void)c;
    (void)level;
}

static void on_output(j_common_ptr c) { (void)c; }

/* ---- where the top is ---- */

static bool is_lying(int orientation) { return orientation >= 5; }
static bool is_at_far_end(int orientation) {
    return orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
}

/* Stored pixels along the direction in which the band is high, and how many of them an MCU has. */
struct direction {
    uint32_t length_px, mcu_px;
};

static struct direction direction_of(const struct jpeg_decompress_struct *d, int orientation) {
    bool lying = is_lying(orientation);
    return (struct direction){ lying ? d->image_width : d->image_height,
                               DCTSIZE * (uint32_t)(lying ? d->max_h_samp_factor : d->max_v_samp_factor) };
}

static uint32_t mcus_of(struct direction a) { return (a.length_px + a.mcu_px - 1) / a.mcu_px; }

/* Pixels that n MCUs have at the end where the band is; the last MCU of the picture may be cut. */
static uint32_t pixels_of(struct direction a, bool far_end, uint32_t n) {
    if (n >= mcus_of(a)) return a.length_px;
    return far_end ? a.length_px - (mcus_of(a) - n) * a.mcu_px : n * a.mcu_px;
}

/* 0: no number of MCUs has so many pixels. */
static uint32_t mcus_high(struct direction a, bool far_end, uint32_t height_px) {
    uint32_t n = (height_px + a.mcu_px - 1) / a.mcu_px;
    return n > 0 && n <= mcus_of(a) && pixels_of(a, far_end, n) == height_px ? n : 0;
}

static void read_header(struct pass *p, const void *bytes, size_t n) {
    struct jpeg_decompress_struct *d = &p->photo;
    jpeg_create_decompress(d);
    jpeg_mem_src(d, bytes, (unsigned long)n);
    jpeg_save_markers(d, MARKER_APP2, KEPT_MAX);
    (void)jpeg_read_header(d, TRUE);
    if (d->arith_code) break_off(p, ERR_UNSUPPORTED, "it is arithmetically coded");
    if (d->jpeg_color_space == JCS_UNKNOWN) break_off(p, ERR_UNSUPPORTED, "its colours are of no kind that is known");
    p->orientation = jpeg_exif_orientation(bytes, n);
}

/* ---- the band as a picture ---- */

/* Adobe's programs store inks inverted, and say so by their marker. */
static void write_inks(struct pass *p, const uint8_t *rgb) {
    struct jpeg_compress_struct *c = &p->encoder;
    uint8_t flip = p->photo.saw_Adobe_marker ? 0 : 255;
    p->inks = malloc((size_t)c->image_width * 4);
    if (!p->inks) break_off(p, ERR_NOMEM, "out of memory");
    while (c->next_scanline < c->image_height) {
        const uint8_t *from = rgb + (size_t)c->next_scanline * c->image_width * 3;
        for (size_t x = 0; x < c->image_width; x++) {
            for (size_t k = 0; k < 3; k++) p->inks[4 * x + k] = from[3 * x + k] ^ flip;
            p->inks[4 * x + 3] = 255 ^ flip;
        }
        JSAMPROW row = p->inks;
        (void)jpeg_write_scanlines(c, &row, 1);
    }
}

static void write_rgb(struct pass *p, const uint8_t *rgb) {
    struct jpeg_compress_struct *c = &p->encoder;
    while (c->next_scanline < c->image_height) {
        /* libjpeg's rows are not const, and it does not write to them. */
        union {
            const uint8_t *from;
            JSAMPROW row;
        } line = { .from = rgb + (size_t)c->next_scanline * c->image_width * 3 };
        (void)jpeg_write_scanlines(c, &line.row, 1);
    }
}

/* A decoder multiplies by whatever a table says; libjpeg's encoder divides by it, eight times as large, in 16 bits, and ends the program where
 * that is 0. What is out of its range is in no photo that shows anything. */
static UINT16 usable(UINT16 divisor) { return divisor < 1 ? 1 : divisor > QUANT_MAX ? QUANT_MAX : divisor; }

/* libjpeg keeps it with the component as soon as it reads the component's scan. NULL: there is none. */
static const JQUANT_TBL *table_of(const struct jpeg_decompress_struct *d, int component) {
    const jpeg_component_info *c = &d->comp_info[component];
    if (c->quant_table) return c->quant_table;
    return c->quant_tbl_no >= 0 && c->quant_tbl_no < NUM_QUANT_TBLS ? d->quant_tbl_ptrs[c->quant_tbl_no] : NULL;
}

/* Sampling and quantization of the photo, component by component. */
static void copy_settings(struct pass *p) {
    const struct jpeg_decompress_struct *d = &p->photo;
    struct jpeg_compress_struct *c = &p->encoder;
    if (c->num_components != d->num_components) break_off(p, ERR_UNSUPPORTED, "its components are of no known kind");
    for (int i = 0; i < c->num_components; i++) {
        const JQUANT_TBL *table = table_of(d, i);
        if (!table) break_off(p, ERR_INVALID, "a quantization table is missing");
        if (!c->quant_tbl_ptrs[i]) c->quant_tbl_ptrs[i] = jpeg_alloc_quant_table((j_common_ptr)c);
        for (int k = 0; k < DCTSIZE2; k++) c->quant_tbl_ptrs[i]->quantval[k] = usable(table->quantval[k]);
        c->comp_info[i].quant_tbl_no = i;
        c->comp_info[i].h_samp_factor = d->comp_info[i].h_samp_factor;
        c->comp_info[i].v_samp_factor = d->comp_info[i].v_samp_factor;
    }
}

static void make_strip(struct pass *p, const uint8_t *rgb, uint32_t width_px, uint32_t height_px) {
    struct jpeg_compress_struct *c = &p->encoder;
    bool inks = p->photo.num_components == 4;
    jpeg_create_compress(c);
    jpeg_dest_set(c, &p->dest, &p->strip_bytes);
    c->image_width = width_px;
    c->image_height = height_px;
    c->input_components = inks ? 4 : 3;
    c->in_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(c);
    jpeg_set_colorspace(c, p->photo.jpeg_color_space);
    copy_settings(p);
    jpeg_start_compress(c, TRUE);
    if (inks)
        write_inks(p, rgb);
    else
        write_rgb(p, rgb);
    jpeg_finish_compress(c);
}

/* From the band upright. */
static void make_strip_of(struct pass *p, const struct jpeg_band *band) {
    static const int inverse[] = { 0, 1, 2, 3, 4, 5, 8, 7, 6 };
    uint32_t w = band->width_px, h = band->height_px;
    if (p->orientation == 1) {
        make_strip(p, band->rgb, w, h);
        return;
    }
    p->stored = malloc((size_t)w * h * 3);
    if (!p->stored) break_off(p, ERR_NOMEM, "out of memory");
    jpeg_scale_turn(band->rgb, w, h, inverse[p->orientation], p->stored);
    make_strip(p, p->stored, is_lying(p->orientation) ? h : w, is_lying(p->orientation) ? w : h);
    free(p->stored);
    p->stored = NULL;
}

static void read_strip(struct pass *p) {
    jpeg_create_decompress(&p->strip);
    jpeg_mem_src(&p->strip, (const unsigned char *)p->strip_bytes.data, p->strip_bytes.len);
    (void)jpeg_read_header(&p->strip, TRUE);
    p->strip_blocks = jpeg_read_coefficients(&p->strip);
}

/* ---- spliced in ---- */

static enum jpeg_splice_edge edge_of(int orientation) {
    if (is_lying(orientation)) return is_at_far_end(orientation) ? JPEG_SPLICE_RIGHT : JPEG_SPLICE_LEFT;
    return is_at_far_end(orientation) ? JPEG_SPLICE_BOTTOM : JPEG_SPLICE_TOP;
}

/* false: it has to be laid by coefficients. */
static bool splice(struct pass *p, const void *bytes, size_t n, const struct jpeg_band *band, struct buf *out) {
    const struct jpeg_splice job = { .photo = bytes,
                                     .photo_n = n,
                                     .band = p->strip_bytes.data,
                                     .band_n = p->strip_bytes.len,
                                     .edge = edge_of(p->orientation),
                                     .app1 = band->app1,
                                     .app1_n = band->app1_n };
    int rc = jpeg_splice_lay(&job, out);
    if (rc && rc != ERR_UNSUPPORTED) break_off(p, rc, rc == ERR_TOO_BIG ? "the result does not fit" : "out of memory");
    return rc == 0;
}

/* ---- into the photo ---- */

static bool is_in_range(const JCOEF *block) {
    bool in = block[0] >= -DC_MAX - 1 && block[0] <= DC_MAX;
    for (int k = 1; k < DCTSIZE2; k++) in &= block[k] >= -DC_MAX && block[k] <= DC_MAX;
    return in;
}

/* A decoder takes coefficients of any size, as damage makes them; for those that are no picture's the usual tables have no codes, and libjpeg's encoder
 * writes nonsense without a word. */
static void check_range(struct pass *p) {
    struct jpeg_decompress_struct *d = &p->photo;
    for (int i = 0; i < d->num_components; i++)
        for (JDIMENSION y = 0; y < d->comp_info[i].height_in_blocks; y++) {
            JBLOCKROW row = d->mem->access_virt_barray((j_common_ptr)d, p->photo_blocks[i], y, 1, FALSE)[0];
            for (JDIMENSION x = 0; x < d->comp_info[i].width_in_blocks; x++)
                if (!is_in_range(row[x])) break_off(p, ERR_INVALID, "its coefficients are larger than a picture's are");
        }
}

/* One component's blocks. first: of the photo's, along the direction in which the band is high. */
static void replace(struct pass *p, int component, JDIMENSION first) {
    jpeg_component_info *from = &p->strip.comp_info[component], *to = &p->photo.comp_info[component];
    bool lying = is_lying(p->orientation);
    JDIMENSION rows = lying ? to->height_in_blocks : from->height_in_blocks;
    JDIMENSION columns = lying ? from->width_in_blocks : to->width_in_blocks;
    JDIMENSION top = lying ? 0 : first, left = lying ? first : 0;
    if (rows > from->height_in_blocks || columns > from->width_in_blocks || top + rows > to->height_in_blocks ||
        left + columns > to->width_in_blocks)
        break_off(p, ERR_INVALID, "the band does not fit it");
    for (JDIMENSION y = 0; y < rows; y++) {
        JBLOCKARRAY source =
            p->strip.mem->access_virt_barray((j_common_ptr)&p->strip, p->strip_blocks[component], y, 1, FALSE);
        JBLOCKARRAY target =
            p->photo.mem->access_virt_barray((j_common_ptr)&p->photo, p->photo_blocks[component], top + y, 1, TRUE);
        memcpy(target[0] + left, source[0], columns * sizeof(JBLOCK));
    }
}

static void write_out(struct pass *p, const struct jpeg_band *band, struct buf *out) {
    struct jpeg_compress_struct *c = &p->writer;
    jpeg_create_compress(c);
    jpeg_dest_set(c, &p->dest, out);
    jpeg_copy_critical_parameters(&p->photo, c);
    /* It would be written with every CMYK picture, and turns the inks of one round that came without. */
    if (p->photo.jpeg_color_space == JCS_CMYK) c->write_Adobe_marker = p->photo.saw_Adobe_marker;
    /* The usual tables, which have every symbol: tables made for the picture would take as long again, for a tenth of its size. */
    c->optimize_coding = FALSE;
    jpeg_write_coefficients(c, p->photo_blocks);
    if (band->app1) jpeg_write_marker(c, MARKER_APP1, band->app1, (unsigned)band->app1_n);
    for (jpeg_saved_marker_ptr m = p->photo.marker_list; m; m = m->next)
        if (m->data_length >= 12 && memcmp(m->data, "ICC_PROFILE", 12) == 0)
            jpeg_write_marker(c, m->marker, m->data, m->data_length);
    jpeg_finish_compress(c);
}

static void lay_by_coefficients(struct pass *p, const struct jpeg_band *band, struct buf *out) {
    struct direction high = direction_of(&p->photo, p->orientation);
    uint32_t first_mcu = 0;
    if (is_at_far_end(p->orientation)) first_mcu = mcus_of(high) - mcus_high(high, true, band->height_px);
    p->photo.mem->max_memory_to_use = (long)JPEG_DECODER_MAX;
    p->photo_blocks = jpeg_read_coefficients(&p->photo);
    check_range(p);
    if (!p->strip_bytes.data) make_strip_of(p, band);
    read_strip(p);
    for (int i = 0; i < p->photo.num_components; i++) {
        const jpeg_component_info *c = &p->photo.comp_info[i];
        replace(p, i, first_mcu * (JDIMENSION)(is_lying(p->orientation) ? c->h_samp_factor : c->v_samp_factor));
    }
    write_out(p, band, out);
}

static enum jpeg_band_way lay(struct pass *p, const void *bytes, size_t n, const struct jpeg_band *band,
                              struct buf *out) {
    read_header(p, bytes, n);
    uint32_t width_px = is_lying(p->orientation) ? p->photo.image_height : p->photo.image_width;
    struct direction high = direction_of(&p->photo, p->orientation);
    if (mcus_high(high, is_at_far_end(p->orientation), band->height_px) == 0 || band->width_px != width_px ||
        band->app1_n > MARKER_MAX)
        break_off(p, ERR_INVALID, "the band is of another size");
    if (!band->by_coefficients && !jpeg_has_multiple_scans(&p->photo)) { /* of several, each may bring its tables */
        make_strip_of(p, band);
        if (splice(p, bytes, n, band, out)) return JPEG_BAND_SPLICED;
    }
    lay_by_coefficients(p, band, out);
    return JPEG_BAND_BY_COEFFICIENTS;
}

/* ---- life ---- */

static struct pass *begin(struct err_text *e) {
    struct pass *p = calloc(1, sizeof *p);
    if (!p) {
        (void)err_set(e, ERR_NOMEM, "Out of memory while stamping a photo. Try again in a moment.");
        return NULL;
    }
    p->photo.err = p->strip.err = p->encoder.err = p->writer.err = jpeg_std_error(&p->errors);
    buf_init(&p->strip_bytes, JPEG_DECODER_MAX);
    p->errors.error_exit = on_error;
    p->errors.emit_message = on_message;
    p->errors.output_message = on_output;
    return p;
}

static int end(struct pass *p, struct err_text *e) {
    jpeg_destroy_compress(&p->writer);
    jpeg_destroy_compress(&p->encoder);
    jpeg_destroy_decompress(&p->strip);
    jpeg_destroy_decompress(&p->photo);
    int code = p->code;
    if (code) (void)err_set(e, code, "The photo cannot be stamped: %s.", p->why);
    buf_fini(&p->strip_bytes);
    free(p->stored);
    free(p->inks);
    free(p);
    return code;
}

int jpeg_band_size(const void *bytes, size_t n, uint32_t at_most_px, uint32_t *width_px, uint32_t *height_px,
                   struct err_text *e) {
    struct pass *p = begin(e);
    if (!p) return ERR_NOMEM;
    if (setjmp(p->broken) == 0) {
        read_header(p, bytes, n);
        struct direction high = direction_of(&p->photo, p->orientation);
        bool far_end = is_at_far_end(p->orientation);
        uint32_t mcus = 1;
        while (mcus < mcus_of(high) && pixels_of(high, far_end, mcus + 1) <= at_most_px) mcus++;
        *width_px = is_lying(p->orientation) ? p->photo.image_height : p->photo.image_width;
        *height_px = pixels_of(high, far_end, mcus);
    }
    return end(p, e);
}

int jpeg_band_lay(const void *bytes, size_t n, const struct jpeg_band *band, struct buf *out, enum jpeg_band_way *way,
                  struct err_text *e) {
    struct pass *p = begin(e);
    if (!p) return ERR_NOMEM;
    size_t before = out->len;
    volatile enum jpeg_band_way taken = JPEG_BAND_BY_COEFFICIENTS;
    if (setjmp(p->broken) == 0) taken = lay(p, bytes, n, band, out);
    int rc = end(p, e);
    if (rc == 0 && way) *way = taken;
    if (rc && out->data && out->len > before) {
        out->len = before;
        out->data[before] = '\0';
    }
    return rc;
}
