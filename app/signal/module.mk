# SPDX-License-Identifier: MIT
SRC += $(wildcard app/signal/*.c)
