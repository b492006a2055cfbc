# SPDX-License-Identifier: MIT
SRC += $(wildcard app/journal/*.c) app/journal/domain_data.S
$(BUILD)/app/journal/domain_data.o: $(wildcard app/journal/data/*.json)
