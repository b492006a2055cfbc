# SPDX-License-Identifier: MIT
SRC += $(wildcard hal/linux/*.c)
