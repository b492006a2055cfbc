# SPDX-License-Identifier: MIT
SRC += $(wildcard sync/wire/*.c)
