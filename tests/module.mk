# SPDX-License-Identifier: MIT
# How the tests are run.

# npm's libraries for everything in Node, by the lock file, without anybody's install scripts.
NODE_MODULES := tests/node_modules/.ready
$(NODE_MODULES): tests/package-lock.json | $(DEPS)
	cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

unit:                    ## unit tests, one program a module
	@$(MAKE) --no-print-directory MODE=test unit-binaries
	@bash tests/support/run-unit.sh build/test
asan:                    ## unit tests under AddressSanitizer and UBSan, built by clang
	@$(MAKE) --no-print-directory MODE=asan unit-binaries
	@bash tests/support/run-unit.sh build/asan
tsan:                    ## unit tests of what has threads under ThreadSanitizer
	@$(MAKE) --no-print-directory MODE=test unit-binaries
	@$(MAKE) --no-print-directory MODE=tsan $$(bash tests/support/threaded.sh build/test | sed 's,^build/test,build/tsan,')
	@bash tests/support/run-unit.sh build/tsan
cov: $(NODE_MODULES)     ## how much of the code unit tests and scenarios reach, line by line, and where the gaps are; 85 % at least
	@$(MAKE) --no-print-directory MODE=cov programs unit-binaries
	@bash tests/support/run-cov.sh build/cov
test:                    ## everything: programs with both compilers, lint, unit tests, sanitizers, scenarios, browser
	@bash tests/support/run-all.sh

scenario: $(NODE_MODULES) ## whole programs over a real broker; SCENARIO_SCALE=0.3 as in `make test`
	@$(MAKE) --no-print-directory MODE=test programs preloads
	@NODE_JOBS=$${NODE_JOBS:-3} bash tests/support/run-node.sh tests/scenario
browser: $(NODE_MODULES) ## the screens in headless Chromium, on whole programs
	@$(MAKE) --no-print-directory MODE=test programs preloads
	@NODE_JOBS=$${NODE_JOBS:-3} bash tests/support/run-node.sh tests/browser

BENCH := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
.PHONY: bench-binaries
bench-binaries: $(BENCH) $(BUILD)/tests/bench/bare
BENCH_PARTS := $(patsubst %,$(BUILD)/tests/bench/%.o,bench board fill)
$(BENCH): %: %.o $(BENCH_PARTS) $(SUPPORT) $(LIB) | $(PRELOAD)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
# With the libraries that the daemon was linked with, used or not.
$(BUILD)/tests/bench/bare: $(BUILD)/tests/bench/bare.o $(BUILD)/sitelogd
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $< -Wl,--no-as-needed \
	    $$(readelf -d $(BUILD)/sitelogd | sed -n 's/.*(NEEDED).*\[\(.*\)\]/-l:\1/p') -o $@
-include $(BENCH:=.d) $(BENCH_PARTS:.o=.d) $(BUILD)/tests/bench/bare.d
bench:                   ## one table of ratios against yardsticks; BENCH_QUICK=1 in a minute (tests/bench/RESULTS.md)
	@$(MAKE) --no-print-directory MODE=release programs bench-binaries
	@bash tests/bench/run.sh build/release

lint:                    ## formatting, static analysis, who includes whom, and the house's other rules
	@$(MAKE) --no-print-directory MODE=test lint-checks
.PHONY: lint-checks
lint-checks: $(LIB) $(BUILD)/tests/unit/app/journal/test_domain_files
	@LINT_FLAGS='$(CPPFLAGS) -std=c17 -pthread -DSITELOG_TEST' bash tests/support/lint.sh $(BUILD)

FUZZ  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
SEEDS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/seed_*.c))
.PHONY: fuzz-binaries
fuzz-binaries: $(FUZZ) $(SEEDS)
$(SEEDS): %: %.o $(SUPPORT) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
$(FUZZ): %: %.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -o $@
fuzz:                    ## libFuzzer over every parser of input from outside, FUZZ_SECONDS=30 each
	@$(MAKE) --no-print-directory MODE=asan fuzz-binaries
	@bash tests/support/run-fuzz.sh build/asan

.PHONY: docs-check
docs-check: $(NODE_MODULES) ## sync/asyncapi.yaml and the schemas, held to themselves and to the code
	@$(MAKE) --no-print-directory MODE=test build/test/tests/unit/sync/wire/test_documents
	@bash tests/interop/docs-check.sh build/test/tests/unit/sync/wire/test_documents
interop: docs-check      ## what others wrote: readers of our documents, brokers (RabbitMQ, NATS), tus servers and clients
	@$(MAKE) --no-print-directory MODE=test programs
	@NODE_JOBS=$${NODE_JOBS:-2} bash tests/support/run-node.sh tests/interop/peers
