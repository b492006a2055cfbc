# SPDX-License-Identifier: MIT
SRC += $(wildcard app/evidence/*.c)
