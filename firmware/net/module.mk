# SPDX-License-Identifier: MIT
SRC += $(wildcard firmware/net/*.c)
