# SPDX-License-Identifier: MIT
SRC += $(wildcard hal/*.c)
