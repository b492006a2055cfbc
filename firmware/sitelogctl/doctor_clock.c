/* SPDX-License-Identifier: MIT */
/* The doctor's look at the clocks: how far the wall clock can be trusted, and whether the clock chip keeps time while the power is off. Sets neither. */
#include "firmware/sitelogctl/doctor.h"
#include "hal/clock.h"

#include <stdlib.h>
#include <string.h>

/* ---- the chip ---- */

/* "2026-11-22T16:04:05Z" */
static void print_time(struct wall at, char out[CLOCK_TEXT_SIZE]) {
    clock_format(at, 0, out);
    (void)memcpy(out + 19, "Z", 2);
}

static void find_empty(struct doctor *d, const char *name) {
    doctor_find(d, FINDING_WRONG, "rtc",
                "change its battery; then, with the network connected, timedatectl set-ntp true, which sets it again",
                "%s: the clock chip's battery is empty: it forgot the time when the power was off", name);
}

static void find_time(struct doctor *d, const struct clock_rtc *rtc) {
    char at[CLOCK_TEXT_SIZE];
    int64_t apart_s = (rtc->at.ms - clock_wall().ms) / 1000;
    print_time(rtc->at, at);
    if (rtc->at.ms < clock_built().ms)
        doctor_find(d, FINDING_WRONG, "rtc",
                    "change its battery, and set it: hwclock --systohc, once the time is right",
                    "%s says %s, which is before this program was built: it lost the time", rtc->name, at);
    else if (llabs(apart_s) * 1000 > CLOCK_RTC_TOLERANCE_MS)
        doctor_find(d, FINDING_WARN, "rtc",
                    "see which of them is right (timedatectl); hwclock --systohc sets the chip from the system, "
                    "hwclock --hctosys the other way",
                    "%s says %s, %lld s %s the system's time", rtc->name, at, llabs(apart_s),
                    apart_s > 0 ? "ahead of" : "behind");
    else
        doctor_find(d, FINDING_OK, "rtc", "", "%s (%s) keeps the time: %s%s", rtc->name,
                    rtc->chip[0] ? rtc->chip : "unnamed", at,
                    d->battery == CLOCK_BATTERY_GOOD ? "; its battery is good" : "");
}

static void find_rtc(struct doctor *d) {
    struct clock_rtc rtc;
    if (clock_rtc_read(&rtc)) {
        doctor_find(
            d, FINDING_WARN, "rtc",
            "fit one with a battery (a DS3231, say) and name it in the boot settings (dtoverlay=i2c-rtc,ds3231); until "
            "then records made before the network is there are dated afterwards",
            "there is no battery-backed clock: after a power cut the time is wrong until the network sets it");
        return;
    }
    if (d->battery == CLOCK_BATTERY_EMPTY)
        find_empty(d, rtc.name);
    else if (!rtc.readable)
        doctor_find(d, FINDING_WRONG, "rtc",
                    "change its battery and set it (hwclock --systohc, once the time is right); if that does not help, "
                    "check its wires (dmesg)",
                    "%s does not tell the time: it lost it, or does not answer", rtc.name);
    else if (d->battery == CLOCK_BATTERY_LOW)
        doctor_find(d, FINDING_WARN, "rtc", "change its battery soon", "%s keeps the time, but its battery is low",
                    rtc.name);
    else
        find_time(d, &rtc);
}

/* ---- the wall clock ---- */

static void find_clock(struct doctor *d) {
    switch (clock_grade()) {
    case CLOCK_NTP:
        doctor_find(d, FINDING_OK, "clock", "", "kept right by the network");
        break;
    case CLOCK_RTC:
        doctor_find(d, FINDING_WARN, "clock",
                    "switch time synchronisation on (timedatectl set-ntp true), or compare it by eye now and then",
                    "goes by the clock chip; not kept right by the network");
        break;
    case CLOCK_NONE:
        if (clock_wall().ms < clock_built().ms)
            doctor_find(
                d, FINDING_WRONG, "clock",
                "connect the network once with timedatectl set-ntp true, and see to the clock chip (rtc); until "
                "then deadlines pause",
                "wrong: it stands before this program was built");
        else
            doctor_find(d, FINDING_WRONG, "clock",
                        "connect the network once with timedatectl set-ntp true; or, where the time is right, set the "
                        "clock chip from it: hwclock --systohc; until then deadlines pause",
                        "nothing vouches for it: neither the network nor a clock chip that agrees");
        break;
    }
}

void doctor_clock_ask(struct doctor *d) {
    struct clock_rtc rtc;
    d->battery = clock_rtc_read(&rtc) == 0 ? clock_rtc_battery(rtc.name) : CLOCK_BATTERY_UNKNOWN;
}

void doctor_clock_all(struct doctor *d) {
    find_clock(d);
    if (!d->ctl->hub) find_rtc(d);
}
