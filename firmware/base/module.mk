# SPDX-License-Identifier: MIT
SRC += $(wildcard firmware/base/*.c)
