# SPDX-License-Identifier: MIT
SRC += $(wildcard sync/mqtt/*.c)
