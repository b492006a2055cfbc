# SPDX-License-Identifier: MIT
PROGRAMS += sitelogctl
