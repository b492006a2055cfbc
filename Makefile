# SPDX-License-Identifier: MIT
# Sitelog. `make help` lists the targets. One mode (compiler flags) has one folder: build/$(MODE).
# Each folder says in its module.mk what it adds; headers are tracked by -MMD.

.DEFAULT_GOAL := all
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

MODE   ?= release
BUILD  := build/$(MODE)
PREFIX ?= /usr/local
CROSS_COMPILE ?=
ifeq ($(origin CC),default)
CC := $(if $(filter asan,$(MODE)),clang,$(CROSS_COMPILE)gcc)
endif
AR := $(CROSS_COMPILE)$(if $(findstring clang,$(CC)),ar,gcc-ar)
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config

# ---- what a fresh machine lacks is installed once, before anything else: for building, for the demo, or for the tests ----
GOALS := $(or $(MAKECMDGOALS),all)
NEEDS := $(if $(filter-out all programs install demo help clean,$(GOALS))$(filter-out release,$(MODE)),test,$(if $(filter demo,$(GOALS)),demo,build))
DEPS  := build/.deps-$(NEEDS)
$(DEPS): tests/support/install-deps.sh
	@mkdir -p build
	@bash tests/support/install-deps.sh $(NEEDS)
	@touch $@
ifneq ($(filter-out help clean,$(GOALS)),)
-include $(DEPS).mk
$(DEPS).mk: $(DEPS)
	@touch $@
endif

# ---- flags ----
comma    := ,
VERSION  := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
LIBS     := libuv libmicrohttpd gnutls libmosquitto libcurl sqlite3 libcrypto libturbojpeg libjpeg freetype2 libexif zbar libcjson inih libsystemd libgpiod libarchive \
            cairo-pdf pangocairo pangoft2 fontconfig
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
            -Wswitch-enum -Wvla -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wold-style-definition \
            -Wnull-dereference -Wimplicit-fallthrough -Werror
HARDEN   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE
FLAGS_release := -O2 -g $(HARDEN)
FLAGS_test    := -O1 -g $(HARDEN) -DSITELOG_TEST
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=$(if $(findstring clang,$(CC)),fuzzer-no-link$(comma))address,undefined -fno-sanitize-recover=all -DSITELOG_TEST
FLAGS_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread -DSITELOG_TEST
FLAGS_cov     := -O0 -g --coverage -DSITELOG_TEST
CPPFLAGS := $(CPPFLAGS) -I. -I$(BUILD)/gen -D_GNU_SOURCE $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
CFLAGS   := -std=c17 -pthread $(WARN) $(FLAGS_$(MODE))
LDFLAGS  := -pthread -Wl,--as-needed $(if $(filter release test,$(MODE)),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) \
            $(filter -fsanitize=% --coverage,$(FLAGS_$(MODE))) $(if $(filter test asan tsan,$(MODE)),-fuse-ld=lld)
LDLIBS   := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) -lm

# `make V=1` shows whole commands.
Q   := $(if $(V),,@)
say  = @$(if $(V),:,echo "  $1  $2")

# ---- sources ----
SRC      :=
PROGRAMS :=
include $(sort $(wildcard firmware/*/module.mk hal/module.mk hal/*/module.mk app/*/module.mk sync/*/module.mk))
OBJ      := $(patsubst %,$(BUILD)/%.o,$(basename $(SRC)))
LIB      := $(BUILD)/libsitelog.a
BIN      := $(PROGRAMS:%=$(BUILD)/%)
UNIT_SRC := $(shell find tests/unit tests/fault -name 'test_*.c' 2>/dev/null)
UNIT     := $(UNIT_SRC:%.c=$(BUILD)/%)
SUPPORT_SRC := $(wildcard tests/support/*.c)
SUPPORT  := $(BUILD)/libsupport.a

.PHONY: all programs unit-binaries
all: programs            ## build the three programs into build/release
programs: $(BIN)
unit-binaries: $(UNIT)

$(BUILD)/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
# One object holds the version; it is made again when that changes.
$(BUILD)/firmware/runtime/cli.o: CPPFLAGS += -DSITELOG_VERSION='"$(VERSION)"'
$(BUILD)/firmware/runtime/cli.o: $(BUILD)/version
$(BUILD)/version: always
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
.PHONY: always
$(BUILD)/%.o: %.S | $(DEPS)
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) $(CPPFLAGS) $(FLAGS_$(MODE)) -MMD -MP -c $< -o $@
$(LIB): $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^
$(SUPPORT): $(SUPPORT_SRC:%.c=$(BUILD)/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^
define program_rule
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/%.o,$(wildcard firmware/$(1)/*.c)) $(LIB)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))
# Devices that are not there, for LD_PRELOAD (tests/support/preload.h).
PRELOAD := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/support/preload/*.c))
$(PRELOAD): $(BUILD)/%.so: %.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -D_GNU_SOURCE -std=c17 -pthread $(WARN) -O1 -g -fPIC -shared $< -o $@
.PHONY: preloads
preloads: $(PRELOAD)
$(UNIT): %: %.o $(SUPPORT) $(LIB) | $(PRELOAD)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
# Where memory runs out: every request goes by way of tests/fault/no_memory.c.
NO_MEMORY := $(filter $(BUILD)/tests/fault/test_no_memory%,$(UNIT))
$(NO_MEMORY): $(BUILD)/tests/fault/no_memory.o
$(NO_MEMORY): LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
-include $(OBJ:.o=.d) $(UNIT:=.d) $(SUPPORT_SRC:%.c=$(BUILD)/%.d) $(wildcard $(BUILD)/firmware/*/*.d)
.SECONDARY:

# ---- tests, demo and the rest: each is a script that says what it does ----
.PHONY: demo test unit scenario browser bench interop lint asan tsan cov fuzz install help clean
include tests/module.mk

demo: programs           ## broker, hub and a board with a simulated camera, on loopback; Ctrl-C stops them
	@BUILD=$(BUILD) bash tests/support/demo.sh

install: programs        ## programs, units, users and udev rules into $(DESTDIR)$(PREFIX), settings into $(DESTDIR)/etc/sitelog
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(PREFIX)/lib/systemd/system $(PREFIX)/lib/sysusers.d $(PREFIX)/lib/udev/rules.d /etc/sitelog)
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin
	for unit in board/systemd/*.service; do \
	    sed 's|=/usr/bin/|=$(PREFIX)/bin/|' $$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}; done
	install -m 644 board/udev/*.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d
	install -m 644 board/systemd/sitelog.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sitelog.conf
	for conf in sitelogd.conf hub.conf; do \
	    [ -e $(DESTDIR)/etc/sitelog/$$conf ] || install -m 644 board/$$conf $(DESTDIR)/etc/sitelog/$$conf; done

help:                    ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | sort | expand -t 12

clean:                   ## remove everything built
	rm -rf build
