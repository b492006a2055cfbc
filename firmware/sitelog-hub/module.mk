# SPDX-License-Identifier: MIT
PROGRAMS += sitelog-hub
