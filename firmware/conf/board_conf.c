/* SPDX-License-Identifier: MIT */
/* The table of a board's settings, and what two of them say together. */
#include "firmware/conf/board_conf.h"

#include "firmware/base/hours.h"
#include "firmware/base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A text key's kind, offset and size; an integer key's likewise. */
#define TEXT(kind_, field)                                                                                             \
    .kind = (kind_), .offset = offsetof(struct board_conf, field), .size = sizeof((struct board_conf *)NULL)->field
#define INT(field, low, high)                                                                                          \
    .kind = CONF_INT, .offset = offsetof(struct board_conf, field), .min = (low), .max = (high)

static const char *refuse_board(const char *value) {
    return strcmp(value, "hub") == 0 ? "'hub' is head office's name; allowed: any other id, such as b-7f3a" : NULL;
}

static const char *refuse_camera(const char *value) {
    if (text_starts(value, "sim:") && value[4] != '\0') return NULL;
    if (text_starts(value, "/dev/video") && value[10] != '\0' && strspn(value + 10, "0123456789") == strlen(value + 10))
        return NULL;
    return "no camera has such a name; allowed: /dev/videoN, sim:DIR with a folder of JPEG files, or nothing";
}

static bool only(const char *value, const char *also) {
    for (; *value; value++)
        if (!isalnum((unsigned char)*value) && !strchr(also, *value)) return false;
    return true;
}

static const char *refuse_chip(const char *value) {
    if (text_starts(value, "sim:") ? value[4] != '\0' : only(value, "._:-")) return NULL;
    return "no chip has such a name; allowed: gpiochipN or a chip's label (gpiodetect lists them), sim:DIR for a "
           "simulated one, or nothing";
}

static const char *refuse_line(const char *value) {
    size_t n = strspn(value, "0123456789");
    const char *rest = value + n;
    if (n >= 1 && n <= 3 && (!*rest || strcmp(rest, " low") == 0 || strcmp(rest, " high") == 0)) return NULL;
    return "no line is written so; allowed: its number on the chip from 0 to 999, such as 17, behind it low or high "
           "where it is on at that level, or nothing";
}

static const char *refuse_hours(const char *value) {
    struct hours hours;
    return hours_parse(value, &hours) == 0 ? NULL
                                           : "these are no hours; allowed: from and to as in 20:00-08:00, or never";
}

static const char *refuse_backlight(const char *value) {
    if (text_starts(value, "sim:") ? value[4] != '\0' : value[0] != '.' && only(value, "._:-")) return NULL;
    return "no backlight has such a name; allowed: auto, none, a name in /sys/class/backlight, or sim:DIR for a "
           "simulated one";
}

static const char *refuse_input(const char *value) {
    if (strcmp(value, "auto") == 0) return NULL;
    if (text_starts(value, "event") && value[5] && strspn(value + 5, "0123456789") == strlen(value + 5)) return NULL;
    return "no touch screen has such a name; allowed: auto, or eventN as in /dev/input";
}

static const char *refuse_supply(const char *value) {
    if (text_starts(value, "sim:") && value[4] != '\0') return NULL;
    return strchr(value, '/') || strcmp(value, "..") == 0 || text_starts(value, "sim:")
               ? "no supply has such a name; allowed: a name below /sys/class/power_supply, sim:DIR, or nothing"
               : NULL;
}

static const char *refuse_watchdog(const char *value) {
    if (text_starts(value, "sim:") && value[4] != '\0') return NULL;
    if (text_starts(value, "/dev/watchdog") && strspn(value + 13, "0123456789") == strlen(value + 13)) return NULL;
    return "no watchdog has such a name; allowed: /dev/watchdog, /dev/watchdogN, sim:FILE, or nothing";
}

/* clang-format off */
const struct conf_key board_conf_keys[] = {
    { "board", "org", TEXT(CONF_NAME, org), .help = "Organisation, the same at head office and at every board" },
    { "board", "site", TEXT(CONF_NAME, site), .help = "Site that this board is at" },
    { "board", "id", TEXT(CONF_NAME, board), .refuse = refuse_board, .help = "This board, also its MQTT user name and certificate name" },
    { "board", "timezone", TEXT(CONF_TZ, timezone), .fallback = "Asia/Shanghai", .help = "Where the site is: dates and cut-offs are local" },
    { "store", "dir", TEXT(CONF_PATH, dir), .fallback = "/var/lib/sitelog", .help = "Folder of the journal and the photos" },
    { "store", "reserve_percent", INT(reserve_percent, 1, 50), .fallback = "5", .unit = "%", .help = "New photos are refused when less of the disk is free" },
    { "http", "listen", TEXT(CONF_LISTEN, http_listen), .fallback = "127.0.0.1:8080", .help = "Address of the screen and the phones' pages" },
    { "http", "tls_cert", TEXT(CONF_PATH, tls_cert), .fallback = "", .help = "Certificate chain (PEM) for HTTPS" },
    { "http", "tls_key", TEXT(CONF_PATH, tls_key), .fallback = "", .help = "Private key (PEM) for HTTPS" },
    { "mqtt", "host", TEXT(CONF_TEXT, mqtt_host), .fallback = "", .help = "Broker; without one the board keeps its journal to itself" },
    { "mqtt", "port", INT(mqtt_port, 0, 65535), .fallback = "0", .help = "Broker's port; 0: 8883 with ca, 1883 without" },
    { "mqtt", "ca", TEXT(CONF_PATH, mqtt_ca), .fallback = "", .help = "Certificate authority (PEM) that the broker's certificate is checked against; turns TLS on" },
    { "mqtt", "cert", TEXT(CONF_PATH, mqtt_cert), .fallback = "", .help = "This board's certificate (PEM)" },
    { "mqtt", "key", TEXT(CONF_PATH, mqtt_key), .fallback = "", .help = "This board's private key (PEM)" },
    { "mqtt", "user", TEXT(CONF_TEXT, mqtt_user), .fallback = "", .help = "User name for a broker without TLS; the board's id" },
    { "mqtt", "password", TEXT(CONF_TEXT, mqtt_password), .fallback = "", .secret = true, .help = "Password for a broker without TLS" },
    { "mqtt", "retry_max_s", INT(mqtt_retry_max_s, 1, 86400), .fallback = "300", .unit = "s", .help = "Longest pause between attempts to connect" },
    { "mqtt", "confirm", TEXT(CONF_CHOICE, mqtt_confirm), .choices = "hub|broker", .fallback = "hub", .help = "Who says that a record was received: head office, or the broker where there is none" },
    { "upload", "url", TEXT(CONF_URL, upload_url), .choices = "http|https", .fallback = "", .help = "Where photos are sent, /tus/ being added; without it they stay on the board" },
    { "camera", "device", TEXT(CONF_TEXT, camera_device), .fallback = "", .refuse = refuse_camera, .help = "/dev/videoN, or sim:DIR for a simulated camera that shows the JPEG files of DIR" },
    { "camera", "width", INT(camera_width, 160, 8192), .fallback = "1920", .unit = "px", .help = "Wanted width; the nearest that the camera offers is taken" },
    { "camera", "height", INT(camera_height, 120, 8192), .fallback = "1080", .unit = "px", .help = "Wanted height" },
    { "camera", "timelapse_minutes", INT(timelapse_minutes, 0, 1440), .fallback = "0", .unit = "min", .help = "A time-lapse frame every so often, where something moved; 0: none" },
    { "camera", "timelapse_hours", TEXT(CONF_TEXT, timelapse_hours), .fallback = "07:30-18:30", .refuse = refuse_hours, .help = "Hours of working days in which time-lapse frames are taken, by the site's clock" },
    { "camera", "timelapse_quota_mb", INT(timelapse_quota_mb, 10, 1000000), .fallback = "2000", .unit = "MB", .help = "What time-lapse frames may take; above it the oldest that head office has are dropped" },
    { "gpio", "chip", TEXT(CONF_TEXT, gpio_chip), .fallback = "", .refuse = refuse_chip, .help = "Chip of button, lamp and buzzer: gpiochipN, a chip's label, or sim:DIR for a simulated one" },
    { "gpio", "button", TEXT(CONF_TEXT, gpio_button), .fallback = "", .refuse = refuse_line, .help = "Line of the shutter button, wired to ground; 'N high' where it is wired to power" },
    { "gpio", "lamp", TEXT(CONF_TEXT, gpio_lamp), .fallback = "", .refuse = refuse_line, .help = "Line of the lamp: steady, all was received; slow, something is unsent; fast, an alert. 'N low' where low lights it" },
    { "gpio", "buzzer", TEXT(CONF_TEXT, gpio_buzzer), .fallback = "", .refuse = refuse_line, .help = "Line of the buzzer: a beep for a photo by the button, two for a new alert; without one it is silent" },
    { "gpio", "buzzer_quiet", TEXT(CONF_TEXT, gpio_buzzer_quiet), .fallback = "20:00-08:00", .refuse = refuse_hours, .help = "Hours in which the buzzer is silent, by the site's clock; or never" },
    { "panel", "backlight", TEXT(CONF_TEXT, panel_backlight), .fallback = "auto", .refuse = refuse_backlight, .help = "Backlight that dims: auto, none, its name in /sys/class/backlight, or sim:DIR for a simulated one" },
    { "panel", "input", TEXT(CONF_TEXT, panel_input), .fallback = "auto", .refuse = refuse_input, .help = "Touch screen that wakes it: auto, or eventN as in /dev/input" },
    { "panel", "dim_after_s", INT(panel_dim_after_s, 0, 86400), .fallback = "180", .unit = "s", .help = "The panel dims after so long without touch; 0: never" },
    { "panel", "dim_percent", INT(panel_dim_percent, 0, 100), .fallback = "10", .unit = "%", .help = "How bright it is then, of the brightest; 0: it goes out" },
    { "power", "supply", TEXT(CONF_TEXT, power_supply), .fallback = "", .refuse = refuse_supply, .help = "What says that the power fails, on a board that outlives it for a moment: a name below /sys/class/power_supply, or sim:DIR" },
    { "watchdog", "device", TEXT(CONF_TEXT, watchdog_device), .fallback = "", .refuse = refuse_watchdog, .help = "Hardware watchdog that resets the board when this program hangs: /dev/watchdogN; without one systemd restarts the program" },
    { "watchdog", "timeout_s", INT(watchdog_timeout_s, 5, 600), .fallback = "60", .unit = "s", .help = "How long it waits; more than systemd's WatchdogSec, so that a restart is tried first; a chip that cannot keeps its own" },
    { "log", "level", TEXT(CONF_CHOICE, log_level), .choices = "error|warn|info|debug", .fallback = "info", .help = "How much is logged" },
};
/* clang-format on */
const size_t board_conf_count = TEXT_ARRAY_LEN(board_conf_keys);

/* Both or neither. Returns the number of problems. */
static int check_pair(const char *path, const char *section, const char *a_name, const char *a, const char *b_name,
                      const char *b, struct buf *problems) {
    if (!*a == !*b) return 0;
    buf_addf(problems, "%s: [%s] %s: missing, while %s is given; give both or neither\n", path ? path : "settings",
             section, *a ? b_name : a_name, *a ? a_name : b_name);
    return 1;
}

/* Lines need a chip, and each its own. Returns the number of problems. */
static int check_lines(const char *path, const struct board_conf *c, struct buf *problems) {
    const struct {
        const char *key, *value;
    } lines[] = { { "button", c->gpio_button }, { "lamp", c->gpio_lamp }, { "buzzer", c->gpio_buzzer } };
    int bad = 0;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(lines); i++) {
        if (!*lines[i].value) continue;
        if (!*c->gpio_chip) {
            bad++;
            buf_addf(problems, "%s: [gpio] chip: missing, while %s is given; give both or neither\n",
                     path ? path : "settings", lines[i].key);
        }
        for (size_t j = 0; j < i; j++) {
            if (!*lines[j].value || strtol(lines[i].value, NULL, 10) != strtol(lines[j].value, NULL, 10)) continue;
            bad++;
            buf_addf(problems, "%s: [gpio] %s: %s has this line, too; give each its own\n", path ? path : "settings",
                     lines[i].key, lines[j].key);
        }
    }
    return bad;
}

int board_conf_read(const char *path, struct board_conf *out, struct buf *problems) {
    struct board_conf c = { 0 };
    int r = conf_read(path, board_conf_keys, board_conf_count, &c, problems);
    if (r != 0) return r;
    int bad = check_pair(path, "http", "tls_cert", c.tls_cert, "tls_key", c.tls_key, problems) +
              check_pair(path, "mqtt", "cert", c.mqtt_cert, "key", c.mqtt_key, problems) +
              check_lines(path, &c, problems);
    if (*c.mqtt_cert && !*c.mqtt_ca) {
        bad++;
        buf_addf(problems,
                 "%s: [mqtt] ca: missing, while cert is given; give the authority of the broker's certificate\n",
                 path ? path : "settings");
    }
    if (*c.mqtt_password && !*c.mqtt_user) {
        bad++;
        buf_addf(problems, "%s: [mqtt] user: missing, while password is given; give both or neither\n",
                 path ? path : "settings");
    }
    if (bad > 0) return ERR_INVALID;
    if (c.mqtt_port == 0) c.mqtt_port = *c.mqtt_ca ? 8883 : 1883;
    *out = c;
    return 0;
}
