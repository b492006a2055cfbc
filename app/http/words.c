/* SPDX-License-Identifier: MIT */
#include "app/http/words.h"

#include "app/journal/domain.h"

#include <string.h>

const char *words_clock(bool zh, const char *grade) {
    if (strcmp(grade, "ntp") == 0) return zh ? "网络校时" : "network time";
    if (strcmp(grade, "rtc") == 0) return zh ? "本机时钟" : "board's own clock";
    return zh ? "时间未校准" : "clock not set";
}

const char *words_claimed(bool zh) { return zh ? "手机时间，未核对" : "phone's time, not checked"; }

const char *words_corrected(bool zh, const char *grade) {
    if (strcmp(grade, "ntp") == 0) return zh ? "时间已按网络校正" : "time corrected by network";
    return zh ? "时间已按本机时钟校正" : "time corrected by board's clock";
}

const char *words_stage(bool zh, const char *stage) {
    const struct domain_stage *known = domain_stage(stage);
    return !known ? stage : zh ? known->zh : known->en;
}

const char *words_room(bool zh, const char *room) {
    const struct domain_room *known = domain_room(room);
    return !known ? room : zh ? known->zh : known->en;
}
