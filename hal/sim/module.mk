# SPDX-License-Identifier: MIT
SRC += $(wildcard hal/sim/*.c)
