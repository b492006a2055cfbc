# SPDX-License-Identifier: MIT
SRC += $(wildcard app/report/*.c)
