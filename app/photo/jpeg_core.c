/* SPDX-License-Identifier: MIT */
/* libjpeg's decoder, made strict and bounded: every warning that means lost picture is an error, whatever does not fit the
 * budget is refused before it is begun, errors come back by longjmp to one place that frees everything.
 * Does not look at metadata beyond the orientation and does not apply colour profiles. */
#include "app/photo/jpeg_core.h"

#include "app/photo/jpeg_exif.h"
#include "app/photo/jpeg_scale.h"
#include "firmware/base/cleanup.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum {
    SCALE_WHOLE = 8,        /* libjpeg's scales are eighths */
    PADDING_MAX_BYTES = 16, /* some cameras pad before the end marker */
    MARKER_EOI = 0xD9,
    WORKING_MIN_BYTES = 524288 /* libjpeg's tables and small change */
};

/* What one pass knows. libjpeg's hooks come first in their structs, so that a hook finds its pass. */
struct pass {
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct d;
    jmp_buf broken;
    int code; /* why it broke off */
    char why[JMSG_LENGTH_MAX];
    struct jpeg_info info;
    struct jpeg_scale scale;
    uint8_t *upright; /* scale.rgb turned; NULL where that was not needed */
    uint8_t *row;     /* one row as RGB, where libjpeg gives something else */
};

static struct pass *pass_of(j_common_ptr d) { return (struct pass *)(void *)d->err; }

static _Noreturn void break_off(struct pass *p, int code, const char *why) {
    p->code = code;
    if (why != p->why) snprintf(p->why, sizeof p->why, "%s", why);
    longjmp(p->broken, 1);
}

static int code_of(int libjpeg_code) {
    switch (libjpeg_code) {
    case JERR_OUT_OF_MEMORY:
        return ERR_NOMEM;
    case JERR_NO_BACKING_STORE:
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
        return ERR_TOO_BIG;
    case JERR_NO_SOI:
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
        return ERR_UNSUPPORTED;
    default:
        return ERR_INVALID;
    }
}

static _Noreturn void on_error(j_common_ptr d) {
    struct pass *p = pass_of(d);
    d->err->format_message(d, p->why);
    break_off(p, code_of(d->err->msg_code), p->why);
}

/* Warnings have level -1. Some are about headers that nobody needs; the rest mean that pixels were made up. */
static void on_message(j_common_ptr d, int level) {
    if (level >= 0) return;
    switch (d->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_BOGUS_ICC:
    case JWRN_NOT_SEQUENTIAL:
        return;
    case JWRN_EXTRANEOUS_DATA:
        if (d->err->msg_parm.i[1] == MARKER_EOI && d->err->msg_parm.i[0] <= PADDING_MAX_BYTES) return;
        break;
    default:
        break;
    }
    on_error(d);
}

static void on_output(j_common_ptr d) { (void)d; }

/* A file of a thousand empty scans would take a thousand passes over the picture. */
static void on_progress(j_common_ptr common) {
    struct pass *p = pass_of(common);
    if (p->d.input_scan_number > JPEG_SCANS_MAX) break_off(p, ERR_TOO_BIG, "more scans than any camera writes");
}

static size_t coefficient_bytes(const struct jpeg_decompress_struct *d) {
    size_t blocks = 0;
    for (int i = 0; i < d->num_components; i++) {
        const jpeg_component_info *c = &d->comp_info[i];
        size_t across = (size_t)c->width_in_blocks + (size_t)c->h_samp_factor;
        size_t down = (size_t)c->height_in_blocks + (size_t)c->v_samp_factor;
        blocks += across * down;
    }
    return blocks * sizeof(JBLOCK);
}

static void read_header(struct pass *p) {
    struct jpeg_decompress_struct *d = &p->d;
    (void)jpeg_read_header(d, TRUE);
    if ((uint64_t)d->image_width * d->image_height > JPEG_PIXELS_MAX) {
        break_off(p, ERR_TOO_BIG, "it has more than 64 megapixels");
    }
    if (d->arith_code) break_off(p, ERR_UNSUPPORTED, "it is arithmetically coded");
    if (d->num_components == 4)
        d->out_color_space = JCS_CMYK;
    else if (d->num_components == 1 || d->num_components == 3)
        d->out_color_space = JCS_RGB;
    else
        break_off(p, ERR_UNSUPPORTED, "it is neither grey nor colour nor CMYK");

    struct jpeg_info *info = &p->info;
    bool lying = info->orientation >= 5;
    info->width_px = d->image_width;
    info->height_px = d->image_height;
    info->upright_width_px = lying ? d->image_height : d->image_width;
    info->upright_height_px = lying ? d->image_width : d->image_height;
    info->components = d->num_components;
    info->progressive = d->progressive_mode;
    info->whole_image = jpeg_has_multiple_scans(d);
    /* Rows under way, at full scale: one row of blocks and its neighbours, then the same once more, upsampled. */
    size_t rows = 2 * DCTSIZE * (size_t)d->max_v_samp_factor * (size_t)d->num_components;
    info->decoder_bytes = WORKING_MIN_BYTES + rows * ((size_t)d->image_width + 8 * DCTSIZE);
    if (info->whole_image) info->decoder_bytes += coefficient_bytes(d);
    if (info->decoder_bytes > JPEG_DECODER_MAX) {
        break_off(p, ERR_TOO_BIG, "as a progressive picture it needs more memory than there is for it");
    }
    d->mem->max_memory_to_use = (long)JPEG_DECODER_MAX;
}

static uint32_t scaled(uint32_t px, unsigned eighths) { return (uint32_t)(((uint64_t)px * eighths + 7) / SCALE_WHOLE); }

/* The size of the picture when its long side is long_px. */
static void fit(uint32_t w, uint32_t h, uint32_t long_px, uint32_t *out_w, uint32_t *out_h) {
    uint32_t longer = w > h ? w : h;
    uint32_t to = long_px < longer ? long_px : longer;
    *out_w = (uint32_t)(((uint64_t)w * to + longer / 2) / longer);
    *out_h = (uint32_t)(((uint64_t)h * to + longer / 2) / longer);
    if (*out_w == 0) *out_w = 1;
    if (*out_h == 0) *out_h = 1;
}

static void start(struct pass *p, enum jpeg_core_depth depth, uint32_t long_px) {
    struct jpeg_decompress_struct *d = &p->d;
    uint32_t w = 1, h = 1;
    unsigned eighths = 1;
    if (depth == JPEG_CORE_PIXELS) {
        fit(d->image_width, d->image_height, long_px, &w, &h);
        if ((uint64_t)w * h * 3 > JPEG_DECODER_MAX) break_off(p, ERR_TOO_BIG, "that many pixels are not held at once");
        while (scaled(d->image_width, eighths) < w || scaled(d->image_height, eighths) < h) eighths++;
    }
    d->scale_num = eighths;
    d->scale_denom = SCALE_WHOLE;
    d->do_block_smoothing = FALSE; /* it is for pictures of which a part is missing */
    (void)jpeg_start_decompress(d);
    if (depth != JPEG_CORE_PIXELS) return;
    if (d->out_color_components == 4) {
        p->row = calloc(d->output_width, 3);
        if (!p->row) break_off(p, ERR_NOMEM, "out of memory");
    }
    if (jpeg_scale_init(&p->scale, d->output_width, d->output_height, w, h)) break_off(p, ERR_NOMEM, "out of memory");
}

/* Adobe's programs store CMYK inverted, and they are where CMYK comes from. Good enough to recognise a picture by. */
static void cmyk_to_rgb(const uint8_t *cmyk, uint32_t n, bool inverted, uint8_t *rgb) {
    unsigned flip = inverted ? 0 : 255;
    for (uint32_t i = 0; i < n; i++, cmyk += 4, rgb += 3) {
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)((cmyk[c] ^ flip) * (cmyk[3] ^ flip) / 255);
    }
}

static void read_rows(struct pass *p, enum jpeg_core_depth depth) {
    struct jpeg_decompress_struct *d = &p->d;
    JDIMENSION samples = d->output_width * (JDIMENSION)d->output_components;
    JSAMPARRAY row = d->mem->alloc_sarray((j_common_ptr)d, JPOOL_IMAGE, samples, 1);
    while (d->output_scanline < d->output_height) {
        if (jpeg_read_scanlines(d, row, 1) != 1) break_off(p, ERR_INVALID, "its rows end early");
        if (depth != JPEG_CORE_PIXELS) continue;
        if (p->row) cmyk_to_rgb(row[0], d->output_width, d->saw_Adobe_marker, p->row);
        jpeg_scale_row(&p->scale, p->row ? p->row : row[0]);
    }
    (void)jpeg_finish_decompress(d); /* reads on to the end marker */
}

static void turn(struct pass *p) {
    if (p->info.orientation == 1) return;
    p->upright = malloc((size_t)p->scale.out_w * p->scale.out_h * 3);
    if (!p->upright) break_off(p, ERR_NOMEM, "out of memory");
    jpeg_scale_turn(p->scale.rgb, p->scale.out_w, p->scale.out_h, p->info.orientation, p->upright);
}

static void run(struct pass *p, const uint8_t *bytes, size_t n, enum jpeg_core_depth depth, uint32_t long_px) {
    jpeg_create_decompress(&p->d);
    p->d.progress = &p->progress;
    jpeg_mem_src(&p->d, bytes, (unsigned long)n);
    read_header(p);
    if (depth == JPEG_CORE_HEADER) return;
    start(p, depth, long_px);
    read_rows(p, depth);
    if (depth == JPEG_CORE_PIXELS) turn(p);
}

/* 0, or the code; whatever libjpeg held is free afterwards. */
static int run_guarded(struct pass *p, const uint8_t *bytes, size_t n, enum jpeg_core_depth depth, uint32_t long_px) {
    p->d.err = jpeg_std_error(&p->errors);
    p->errors.error_exit = on_error;
    p->errors.emit_message = on_message;
    p->errors.output_message = on_output;
    p->progress.progress_monitor = on_progress;
    if (setjmp(p->broken) == 0) run(p, bytes, n, depth, long_px);
    jpeg_destroy_decompress(&p->d);
    return p->code;
}

static void give_pixels(struct pass *p, struct jpeg_pixels *out) {
    bool lying = p->info.orientation >= 5;
    out->width_px = lying ? p->scale.out_h : p->scale.out_w;
    out->height_px = lying ? p->scale.out_w : p->scale.out_h;
    out->rgb = p->upright ? STEAL_PTR(p->upright) : STEAL_PTR(p->scale.rgb);
}

static const char *advice(int code) {
    switch (code) {
    case ERR_TOO_BIG:
        return "Send a smaller or a plain (not progressive) JPEG.";
    case ERR_UNSUPPORTED:
        return "Send an ordinary JPEG.";
    case ERR_NOMEM:
        return "Try again in a moment.";
    default:
        return "Send it again, or take it again.";
    }
}

int jpeg_core_decode(const uint8_t *bytes, size_t n, enum jpeg_core_depth depth, uint32_t long_px,
                     struct jpeg_info *info, struct jpeg_pixels *pixels, struct err_text *e) {
    if (n < 3 || memcmp(bytes, "\xFF\xD8\xFF", 3) != 0) {
        return err_set(e, ERR_UNSUPPORTED, "This is not a JPEG. Send an ordinary JPEG.");
    }
    CLEANUP(free_ptr) struct pass *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "Out of memory while reading a photo. Try again in a moment.");
    p->info.orientation = jpeg_exif_orientation(bytes, n);
    int rc = run_guarded(p, bytes, n, depth, long_px);
    if (rc == 0) {
        if (info) *info = p->info;
        if (depth == JPEG_CORE_PIXELS) give_pixels(p, pixels);
    }
    jpeg_scale_fini(&p->scale);
    free(p->upright);
    free(p->row);
    return rc ? err_set(e, rc, "The photo cannot be used: %s. %s", p->why, advice(rc)) : 0;
}
