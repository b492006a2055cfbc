# SPDX-License-Identifier: MIT
SRC += $(wildcard sync/edge/*.c)
