/* SPDX-License-Identifier: MIT */
/* Button, lamp and buzzer on the simulated chip. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "hal/button.h"
#include "hal/buzzer.h"
#include "hal/lamp.h"
#include "hal/line.h"
#include "tests/support/line_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const struct line_rig *f, const char *text) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/button", f->dir);
    int fd = open(path, O_WRONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
}

static void a_simulated_button_bounces_as_it_is_told(void **state) {
    const struct line_rig *f = *state;
    struct button *b = line_rig_button(f->chip, "3", false);
    struct button_edge first, edge;
    line_rig_no_edge(b);
    say(f, "1\n0 2\nnonsense\n2\n1 x\n1");
    assert_true(line_rig_readable(button_fd(b)));
    int64_t before = line_rig_now_us();
    assert_int_equal(button_read(b, &first), 0);
    assert_true(first.pressed && first.at_us >= before);
    assert_int_equal(button_read(b, &edge), 0);
    assert_false(edge.pressed);
    assert_int_equal(edge.at_us, first.at_us + 2000);
    line_rig_no_edge(b);
    assert_false(line_rig_readable(button_fd(b)));
    say(f, " 5\n"); /* the rest of a line */
    line_rig_edge(b, true, edge.at_us + 5000);
    line_rig_put(f, "faults", "absent\n");
    assert_int_equal(button_read(b, &edge), ERR_GONE);
    button_close(b);
    line_rig_put(f, "faults", "");
    line_rig_put(f, "held", "");
    button_close(line_rig_button(f->chip, "3", true));
}

static void a_simulated_lamp_is_read(void **state) {
    const struct line_rig *f = *state;
    struct lamp *lamp = NULL;
    char path[400], line[64], last[64] = "";
    int lines = 0;
    (void)snprintf(path, sizeof path, "%s/lamp", f->dir);
    assert_int_equal(lamp_open(f->chip, "4", &lamp, NULL), 0);
    for (int i = 0; i < 50; i++) assert_int_equal(lamp_set(lamp, i % 2 == 0), 0);
    assert_int_equal(lamp_set(lamp, true), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        memcpy(last, line, sizeof last);
        lines++;
    }
    (void)fclose(file);
    assert_int_equal(lines, 32);
    assert_non_null(strstr(last, " 1\n"));
    line_rig_put(f, "faults", "absent\n");
    assert_int_equal(lamp_set(lamp, false), ERR_GONE);
    lamp_close(lamp);
}

static void the_twins_faults(void **state) {
    const struct line_rig *f = *state;
    static const struct {
        const char *fault;
        int opened, looked;
    } cases[] = { { "absent\n", ERR_NOT_FOUND, ERR_NOT_FOUND },
                  { "denied\n", ERR_DENIED, ERR_DENIED },
                  { "busy\n", ERR_BUSY, 0 },
                  { "", 0, 0 } };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct buzzer *buzzer = NULL;
        struct line_look look = { 0 };
        struct err_text e = { 0 };
        line_rig_put(f, "faults", cases[i].fault);
        assert_int_equal(buzzer_open(f->chip, "5", &buzzer, &e), cases[i].opened);
        assert_int_equal(line_look(LINE_BUZZER, f->chip, "5", &look, &e), cases[i].looked);
        if (!cases[i].looked) assert_true(look.simulated);
        assert_int_equal(look.holder[0] != '\0', cases[i].opened == ERR_BUSY);
        buzzer_close(buzzer);
    }
    struct buzzer *buzzer = NULL;
    assert_int_equal(buzzer_open("sim:/nowhere/at/all", "5", &buzzer, NULL), ERR_NOT_FOUND);
}

int main(void) {
#define TWIN(name) cmocka_unit_test_setup_teardown(name, line_rig_setup, line_rig_teardown)
    const struct CMUnitTest tests[] = {
        TWIN(a_simulated_button_bounces_as_it_is_told),
        TWIN(a_simulated_lamp_is_read),
        TWIN(the_twins_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
