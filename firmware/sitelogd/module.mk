# SPDX-License-Identifier: MIT
PROGRAMS += sitelogd
