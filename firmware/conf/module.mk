# SPDX-License-Identifier: MIT
SRC += $(wildcard firmware/conf/*.c)
