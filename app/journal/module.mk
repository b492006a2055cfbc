# SPDX-License-Identifier: MIT
SRC += $(wildcard app/journal/*.c)
