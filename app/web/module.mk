# SPDX-License-Identifier: MIT
# The screens' files, gzipped and taken into the programs (app/http/assets.h).
WEB_ROOTS := app/web/panel app/web/office app/web/shared
WEB_DATA  := app/journal/data
WEB_FILES := $(shell find $(WEB_ROOTS) $(WEB_DATA) 2>/dev/null)
WEB_GEN   := $(BUILD)/gen/app/web/assets.S
SRC       += app/web/assets.S

$(WEB_GEN): app/web/assets.sh $(WEB_FILES)
	@mkdir -p $(@D)
	@bash app/web/assets.sh $@ $(WEB_ROOTS) $(WEB_DATA)=/shared/data
$(BUILD)/app/web/assets.o: $(WEB_GEN) | $(DEPS)
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(FLAGS_$(MODE)) -c $< -o $@
