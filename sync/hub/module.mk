# SPDX-License-Identifier: MIT
SRC += $(wildcard sync/hub/*.c)
