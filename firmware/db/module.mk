# SPDX-License-Identifier: MIT
SRC += $(wildcard firmware/db/*.c)
