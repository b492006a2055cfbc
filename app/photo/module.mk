# SPDX-License-Identifier: MIT
SRC += $(wildcard app/photo/*.c)
