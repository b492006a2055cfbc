# SPDX-License-Identifier: MIT
SRC += $(wildcard sync/copy/*.c)
