# SPDX-License-Identifier: MIT
SRC += $(wildcard app/hook/*.c)
