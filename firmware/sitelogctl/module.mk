# SPDX-License-Identifier: MIT
PROGRAMS += sitelogctl
# what unit tests look at
SRC += firmware/sitelogctl/pin_entry.c
