/* SPDX-License-Identifier: MIT */
/* The board as a machine: what its disk gives up, wear, heat, power input, hardware watchdog. */
#include "app/photo/space.h"
#include "firmware/base/text.h"
#include "firmware/sitelogctl/doctor.h"
#include "hal/disk.h"
#include "hal/power.h"
#include "hal/thermal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORN_PERCENT = 80, WORN_OUT_PERCENT = 100, WARM_C = 70, HOT_C = 80 };

/* What free space alone (check_disk) does not say: what the daemon does about it. */
static void check_space(struct doctor *d) {
    const char *level = json_text(json_member(json_member(d->status, "disk"), "level"));
    if (!level || strcmp(level, "ok") == 0 || strcmp(level, "low") == 0) return;
    if (strcmp(level, space_level_name(SPACE_FULL)) == 0)
        doctor_find(d, FINDING_WRONG, "space",
                    "connect the board, so that head office receives what it holds and originals can be dropped; or "
                    "use a larger disk",
                    "new photos are refused; what head office has was dropped already");
    else
        doctor_find(d, FINDING_WARN, "space", "connect the board, so that head office receives what it holds",
                    strcmp(level, space_level_name(SPACE_DROPPING)) == 0
                        ? "originals that head office has are being dropped, and no time-lapse frames are taken"
                        : "no time-lapse frames are taken");
}

static void check_wear(struct doctor *d) {
    struct disk_wear w;
    if (disk_wear(&w)) {
        doctor_find(d, FINDING_OK, "wear", "", "the disk does not say how worn it is (only eMMC chips do)");
        return;
    }
    bool gone = w.used_percent > WORN_OUT_PERCENT || w.spare >= 3, worn = w.used_percent > WORN_PERCENT || w.spare == 2;
    const char *mend = gone   ? "replace the board now: its flash may fail any day; head office fills the new one"
                       : worn ? "plan to replace the board; head office fills the new one"
                              : "";
    doctor_find(d,
                gone   ? FINDING_WRONG
                : worn ? FINDING_WARN
                       : FINDING_OK,
                "wear", mend, "%s%d %% of the flash's life is used%s",
                w.used_percent > WORN_OUT_PERCENT ? "more than " : "at most ",
                w.used_percent > WORN_OUT_PERCENT ? WORN_OUT_PERCENT : w.used_percent,
                w.spare >= 3   ? ", and its reserve is nearly gone"
                : w.spare == 2 ? ", and its reserve runs short"
                               : "");
}

static void check_heat(struct doctor *d) {
    int c = 0;
    if (thermal_read(&c))
        doctor_find(d, FINDING_OK, "heat", "", "nothing tells how hot the board is");
    else
        doctor_find(d,
                    c >= HOT_C    ? FINDING_WRONG
                    : c >= WARM_C ? FINDING_WARN
                                  : FINDING_OK,
                    "heat", c >= WARM_C ? "take it out of the sun, free its vents, or give it a heat sink" : "",
                    "%d °C", c);
}

static void check_power(struct doctor *d) {
    const char *supply = d->ctl->board.power_supply;
    if (!supply[0]) {
        doctor_find(d, FINDING_OK, "power", "",
                    "no power input is set; a power cut comes without warning, and is recorded at the next start");
        return;
    }
    switch (power_look(supply)) {
    case POWER_GOOD:
        doctor_find(d, FINDING_OK, "power", "", "%s says that the power is there", supply);
        break;
    case POWER_FAILING:
        doctor_find(d, FINDING_WARN, "power", "connect the mains, or check [power] supply",
                    "%s says that the power has failed: no photos are taken", supply);
        break;
    case POWER_UNKNOWN:
        doctor_find(d, FINDING_WRONG, "power", "check [power] supply; ls /sys/class/power_supply shows what there is",
                    "%s does not say whether the power is there", supply);
        break;
    }
}

static void check_watchdog(struct doctor *d) {
    const char *device = d->ctl->board.watchdog_device;
    if (!device[0])
        doctor_find(d, FINDING_OK, "watchdog", "", "no hardware watchdog is set; systemd restarts a daemon that hangs");
    else if (text_starts(device, "sim:"))
        doctor_find(d, FINDING_OK, "watchdog", "", "%s is a simulated one: it resets nothing", device);
    else if (access(device, W_OK) != 0)
        doctor_find(
            d, FINDING_WRONG, "watchdog",
            "check [watchdog] device (ls /dev/watchdog*), and that board/udev's rule gives it to the group sitelog",
            "%s is not there or not open to this user", device);
    else
        doctor_find(d, FINDING_OK, "watchdog", "", "%s is there; it is fed while all threads of the daemon show life",
                    device);
}

void doctor_board_all(struct doctor *d) {
    if (d->ctl->hub) return;
    check_space(d);
    check_wear(d);
    check_heat(d);
    check_power(d);
    check_watchdog(d);
}
