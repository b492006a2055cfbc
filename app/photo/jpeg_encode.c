/* SPDX-License-Identifier: MIT */
/* RGB to baseline JPEG, straight into a bounded buffer. One kind of file only: 4:2:0, optimal Huffman tables, no metadata. */
#include "app/photo/jpeg.h"

#include "app/photo/jpeg_dest.h"
#include "firmware/base/cleanup.h"

#include <setjmp.h>

#include <jerror.h>

/* errors come first in what libjpeg hands back, so that a hook finds its pass. */
struct pass {
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct c;
    jmp_buf broken;
    int code;
    char why[JMSG_LENGTH_MAX];
    struct jpeg_dest dest;
};

static _Noreturn void on_error(j_common_ptr c) {
    struct pass *p = (struct pass *)(void *)c->err;
    c->err->format_message(c, p->why);
    p->code = p->dest.out->error                       ? p->dest.out->error
              : c->err->msg_code == JERR_OUT_OF_MEMORY ? ERR_NOMEM
                                                       : ERR_INVALID;
    if (p->code == ERR_TOO_BIG)
        (void)snprintf(p->why, sizeof p->why, "the result has more than %zu bytes", p->dest.out->max);
    longjmp(p->broken, 1);
}

static void on_message(j_common_ptr c, int level) {
    (void)c;
    (void)level;
}

static void on_output(j_common_ptr c) { (void)c; }

static void run(struct pass *p, const uint8_t *rgb, uint32_t w, uint32_t h, int quality, struct buf *out) {
    struct jpeg_compress_struct *c = &p->c;
    jpeg_create_compress(c);
    jpeg_dest_set(c, &p->dest, out);
    c->image_width = w;
    c->image_height = h;
    c->input_components = 3;
    c->in_color_space = JCS_RGB;
    jpeg_set_defaults(c); /* YCbCr 4:2:0 */
    jpeg_set_quality(c, quality, TRUE);
    c->optimize_coding = TRUE;
    jpeg_start_compress(c, TRUE);
    while (c->next_scanline < c->image_height) {
        /* libjpeg's rows are not const, and it does not write to them. */
        union {
            const uint8_t *from;
            JSAMPROW row;
        } line = { .from = rgb + (size_t)c->next_scanline * w * 3 };
        (void)jpeg_write_scanlines(c, &line.row, 1);
    }
    jpeg_finish_compress(c);
}

static int run_guarded(struct pass *p, const uint8_t *rgb, uint32_t w, uint32_t h, int quality, struct buf *out) {
    p->c.err = jpeg_std_error(&p->errors);
    p->errors.error_exit = on_error;
    p->errors.emit_message = on_message;
    p->errors.output_message = on_output;
    if (setjmp(p->broken) == 0) run(p, rgb, w, h, quality, out);
    jpeg_destroy_compress(&p->c);
    return p->code;
}

int jpeg_encode(const uint8_t *rgb, uint32_t width_px, uint32_t height_px, int quality, struct buf *out,
                struct err_text *e) {
    if (width_px < 1 || height_px < 1 || width_px > JPEG_MAX_DIMENSION || height_px > JPEG_MAX_DIMENSION ||
        quality < 1 || quality > 100) {
        return err_set(e, ERR_INVALID, "A JPEG of %u x %u px and quality %d cannot be made.", (unsigned)width_px,
                       (unsigned)height_px, quality);
    }
    CLEANUP(free_ptr) struct pass *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "Out of memory while making a JPEG. Try again in a moment.");
    size_t before = out->len;
    int rc = run_guarded(p, rgb, width_px, height_px, quality, out);
    if (rc == 0) return 0;
    if (out->data && out->len > before) {
        out->len = before;
        out->data[before] = '\0';
    }
    return err_set(e, rc, "A JPEG could not be made: %s.", p->why);
}
