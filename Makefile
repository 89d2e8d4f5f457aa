# Makefile - the everyday commands of gradus, in front of Meson (meson.build).
# SPDX-License-Identifier: MIT

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
export DESTDIR

# Where Meson's build folders are; a sanitizer has one of its own.
ready = $(BUILD)/build.ninja

all: $(ready) ## build the library and the command: build/gradus
	@ninja -C $(BUILD)

demo: ## install what is missing, build, train on a real table, say what is next
	@tools/packages.sh build
	@$(MAKE) --no-print-directory program
	@tools/demo.sh $(BUILD)/gradus

test: ## install what is missing, build, run every test
	@tools/packages.sh build test cross
	@$(MAKE) --no-print-directory $(ready)
	@meson configure $(BUILD) -Dtests=enabled
	@ninja -C $(BUILD)
	@rm -f $(BUILD)/meson-logs/testlog.json $(BUILD)/tally.txt
	@meson test -C $(BUILD) --print-errorlogs || true
	@python3 tools/tally.py $(BUILD)/meson-logs/testlog.json > $(BUILD)/tally.txt; \
	    code=$$?; cat $(BUILD)/tally.txt; exit $$code

check: all ## style, floors, symbols, links, both compilers, static analysis
	tools/style.sh
	tools/floors.sh
	tools/symbols.sh $(BUILD)
	tools/links.py
	tools/analyse.sh $(BUILD)
	@echo "check: clean"

asan: ## the unit tests under AddressSanitizer
	@$(MAKE) --no-print-directory sanitize KIND=address
ubsan: ## the unit tests under UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory sanitize KIND=undefined
tsan: ## the unit tests under ThreadSanitizer
	@$(MAKE) --no-print-directory sanitize KIND=thread

valgrind: program ## a training run under valgrind
	sh tests/build/memcheck.sh . $(BUILD)

bench-math: all ## activations beside SLEEF's vector functions: time and error
	@tools/packages.sh build bench
	@$(CC) -std=c11 -O2 -march=native -D_POSIX_C_SOURCE=200809L -Iinclude -Isrc -Itests/unit \
	    bench/functions.c $(BUILD)/libgradus.a -lsleef -lz -lm -lpthread -o $(BUILD)/functions
	@$(BUILD)/functions

interop: program ## read models with Python's safetensors and numpy (pinned, in build/venv)
	sh tests/build/interop.sh . $(BUILD)

interop-torch: ## the gradients of tests/golden/gradients.txt by PyTorch (pinned, in build/torch)
	@mkdir -p $(BUILD)
	sh tests/build/interop_torch.sh . $(BUILD)

bench-peers: $(ready) ## gradus beside PyTorch, JAX, scikit-learn, ONNX Runtime, FANN, OpenBLAS
	@tools/packages.sh build bench
	@meson setup --reconfigure $(BUILD) -Dbench=enabled > $(BUILD)/bench.log
	@ninja -C $(BUILD)
	@python3 bench/peers.py --build $(BUILD) $(PEERS)

bless: $(ready) ## accept what the command prints now as right (tests/cli)
	@meson configure $(BUILD) -Dtests=enabled
	@BLESS=1 meson test -C $(BUILD) --suite cli || true
	git --no-pager diff --stat tests/cli

install: all ## install under PREFIX (/usr/local), or into DESTDIR
	@meson configure $(BUILD) --prefix $(PREFIX)
	@ninja -C $(BUILD) install
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

uninstall: ## remove what `make install` installed
	@ninja -C $(BUILD) uninstall

clean: ## remove the build folder
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
	    awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

$(ready):
	@meson setup $(BUILD) --prefix $(PREFIX) -Dtests=disabled > $(BUILD).log 2>&1 || \
	    { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

program: $(ready)
	@ninja -C $(BUILD) gradus

sanitize: $(ready)
	@[ -d $(BUILD)/$(KIND) ] || meson setup $(BUILD)/$(KIND) -Dtests=enabled \
	    --buildtype debugoptimized -Db_sanitize=$(KIND) -Db_lundef=false -Dwerror=false
	meson test -C $(BUILD)/$(KIND) --suite unit --print-errorlogs

.PHONY: all demo test check asan ubsan tsan valgrind interop interop-torch bless install uninstall clean help \
    program sanitize bench-math bench-peers
