# SPDX-License-Identifier: MIT
SRC += $(wildcard firmware/runtime/*.c)
