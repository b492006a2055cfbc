# SPDX-License-Identifier: MIT
SRC += $(wildcard app/http/*.c)
