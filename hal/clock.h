/* SPDX-License-Identifier: MIT */
/* How far the wall clock can be trusted, the battery-backed clock beside it (RTC), and being told when somebody sets the wall clock.
 * Source: adjtimex(2), the kernel's Documentation/ABI/testing/rtc-cdev and sysfs-class-rtc, timerfd_create(2).
 * Twin (hal/sim/clock_sim.c, test builds only): SITELOG_CLOCK_GRADE=ntp|rtc|none is the grade; SITELOG_CLOCK_GRADE=@<file>: the first word of the
 * file is, which the test may change at any time. Without it the driver looks at the kernel and at the RTCs below /sys/class/rtc, or, in test
 * builds, at those below $SITELOG_CLOCK_SYSFS/class/rtc. Steps of a faked wall clock (firmware/base/clock.h) wake nobody.
 * Thread: any. Reading an RTC blocks for as long as its bus takes, milliseconds for a chip on I2C. */
#ifndef SITELOG_HAL_CLOCK_H
#define SITELOG_HAL_CLOCK_H

#include "firmware/base/clock.h"

enum clock_grade { CLOCK_NONE, CLOCK_RTC, CLOCK_NTP };

/* An RTC may be this far from the wall clock and still vouch for it: two quartz clocks of 50 ppm each drift apart by at most 9 s a day, so this
 * is two weeks without a network; and an RTC tells whole seconds. */
#define CLOCK_RTC_TOLERANCE_MS 120000

/* CLOCK_NTP: the kernel says synchronised (STA_UNSYNC clear). Else CLOCK_RTC, where the time is past the program's build date and there is an RTC
 * whose time is, too, and is within CLOCK_RTC_TOLERANCE_MS of it; or whose time cannot be read now, but the kernel set the wall clock from it when
 * it booted. Else CLOCK_NONE: also without any RTC, however plausible the time is, because such a board goes on from where it was switched off.
 * The RTC is looked at once in five seconds at most. */
enum clock_grade clock_grade(void);

/* "ntp" | "rtc" | "none" */
const char *clock_grade_name(enum clock_grade grade);

struct clock_rtc {
    char name[24];  /* "rtc0" */
    char chip[48];  /* the driver's name: "rtc-ds1307 1-0068"; "" : not told */
    bool set_wall;  /* the kernel set the wall clock from it when it booted (hctosys) */
    bool readable;  /* an RTC whose power was lost refuses to tell the time */
    struct wall at; /* whole seconds; where it is readable */
};

/* The RTC that the wall clock was set from, else the first. ERR_NOT_FOUND: there is none. */
MUST_CHECK int clock_rtc_read(struct clock_rtc *out);

/* What an RTC says of its battery (RTC_VL_READ). UNKNOWN: it does not say, or this user may not ask: /dev/rtcN is root's. */
enum clock_battery { CLOCK_BATTERY_UNKNOWN, CLOCK_BATTERY_GOOD, CLOCK_BATTERY_LOW, CLOCK_BATTERY_EMPTY };
enum clock_battery clock_rtc_battery(const char *name);

/* The day on which this program was built (SOURCE_DATE_EPOCH is honoured), less one for the builder's time zone: no right clock is before it. */
struct wall clock_built(void);

/* ---- what the grade is made of; pure ---- */

struct clock_facts {
    bool synchronised;
    struct wall now, built;
    bool has_rtc;
    struct clock_rtc rtc;
};
enum clock_grade clock_judge(const struct clock_facts *facts);

/* From the bits that RTC_VL_READ gives. */
enum clock_battery clock_battery_of(unsigned vl);

/* ---- being told of a step ---- */

/* *fd becomes readable when the wall clock is set (a timer that the kernel cancels), not when it is slewed. Owns: caller; close(2). ERR_UNSUPPORTED,
 * ERR_IO. Does not block. */
MUST_CHECK int clock_step_open(int *fd);

/* After *fd became readable: whether the clock was set; waits for the next step from here on. */
bool clock_step_heard(int fd);

#endif
