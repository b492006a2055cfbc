/* SPDX-License-Identifier: MIT */
/* The settings of a board (sitelogd.conf). Read-only after start. */
#ifndef SITELOG_CONF_BOARD_CONF_H
#define SITELOG_CONF_BOARD_CONF_H

#include "firmware/conf/conf.h"

struct board_conf {
    char org[41], site[41], board[41], timezone[64];
    char dir[256];
    int64_t reserve_percent; /* new photos are refused below this much free space */
    char http_listen[128], tls_cert[256], tls_key[256];
    char mqtt_host[256], mqtt_ca[256], mqtt_cert[256], mqtt_key[256], mqtt_confirm[16], mqtt_user[64],
        mqtt_password[128];
    int64_t mqtt_port, mqtt_retry_max_s;
    char upload_url[256];                                 /* "" : photo bytes stay on the board */
    char camera_device[256];                              /* "" : no camera */
    int64_t camera_width, camera_height;                  /* px */
    int64_t timelapse_minutes, timelapse_quota_mb;        /* minutes 0: no time-lapse */
    char timelapse_hours[16];                             /* as hours_parse reads it */
    char gpio_chip[256];                                  /* "" : no button, lamp and buzzer */
    char gpio_button[16], gpio_lamp[16], gpio_buzzer[16]; /* lines as hal/line.h reads them; "" : none */
    char gpio_buzzer_quiet[16];                           /* as hours_parse reads it */
    char panel_backlight[256], panel_input[64];           /* as hal/display.h reads them */
    int64_t panel_dim_after_s, panel_dim_percent;
    char power_supply[128];    /* "" : nothing says that the power fails */
    char watchdog_device[256]; /* "" : the hardware watchdog is left alone */
    int64_t watchdog_timeout_s;
    char log_level[16];
};

extern const struct conf_key board_conf_keys[];
extern const size_t board_conf_count;

/* conf_read with the table above, plus what two keys say together (cert without key, and so on). */
MUST_CHECK int board_conf_read(const char *path, struct board_conf *out, struct buf *problems);

#endif
