# SPDX-License-Identifier: MIT
# How the tests are run.

unit:                    ## unit tests, one program a module
	@$(MAKE) --no-print-directory MODE=test unit-binaries
	@bash tests/support/run-unit.sh build/test
asan:                    ## unit tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory MODE=asan unit-binaries
	@bash tests/support/run-unit.sh build/asan
tsan:                    ## unit tests of what has threads under ThreadSanitizer
	@$(MAKE) --no-print-directory MODE=tsan unit-binaries
	@bash tests/support/run-unit.sh build/tsan
