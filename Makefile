# moonbill. `make help` lists the targets.
#
# Every target that needs a system package first calls tests/deps.sh, which installs what is missing and says so.

B       ?= build
PREFIX  ?= /usr/local
CC      ?= cc
OPT     ?= -O2 -g
PKGS    := lua5.4 lmdb libcmark libsodium libedit
WARN    := -Wall -Wextra -Wshadow -Wundef -Wconversion -Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes \
           -Wwrite-strings -Wvla -Wpointer-arith
ifdef WERROR
WARN    += -Werror
endif
# A build whose limits are small, so that rare paths are common ones: tests/crash runs it.
ifdef SMALL
override B := $(B)/small
CPPFLAGS += -DMOON_SMALL_LIMITS
endif
comma   := ,
ifdef SANITIZE
override B := $(B)-$(SANITIZE)
SAN     := -fsanitize=$(if $(filter asan,$(SANITIZE)),address$(comma)undefined,$(SANITIZE)) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
CFLAGS  += -std=c17 -D_GNU_SOURCE $(OPT) $(WARN) $(SAN) -Icore -I$(B) -fPIC -fstack-protector-strong
CFLAGS  += $(CPPFLAGS) -DMOON_PREFIX='"$(PREFIX)"'
# Deferred with =, so that the packages may be installed by the deps target of the same run.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))
LDFLAGS += $(SAN) -Wl,--as-needed

SRC     := $(filter-out core/app/main.c,$(wildcard core/*/*.c))
OBJ     := $(SRC:core/%.c=$(B)/%.o)
LUA_SRC := $(wildcard lua/*.lua) lua/README.md
RULES   := $(shell find rules -type f 2>/dev/null | LC_ALL=C sort)
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
PROPS   := $(patsubst tests/props/%.c,$(B)/props/%,$(wildcard tests/props/*_prop.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
CRASH   := $(B)/crash/faults.so $(B)/crash/rewrite_chain $(B)/crash/every_byte
BENCH   := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
PLUGINS := $(patsubst plugins/%.c,$(B)/plugins/%.so,$(wildcard plugins/*/*.c))
MANIFESTS := $(patsubst %,$(B)/%,$(wildcard plugins/*/*.lua))

# Short lines unless V=1; all processors unless told otherwise.
ifndef V
Q       := @
say      = @printf '  %-5s %s\n' $(1) '$(2)'
endif
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

.DEFAULT_GOAL := all
.PHONY: all deps demo test check bench asan valgrind fuzz install uninstall clean help golden-update programs

all: deps ## build build/moonbill and the plugins
	@$(MAKE) --no-print-directory $(B)/moonbill plugins-built

deps: ## install the Debian packages that are missing (sudo when not root)
	@tests/deps.sh build

.PHONY: plugins-built
plugins-built: $(PLUGINS) $(MANIFESTS)

$(B)/%.o: core/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@

$(B)/libmoonbill.a: $(OBJ) $(B)/embedded.o
	@rm -f $@
	$(call say,AR,$@)
	$(Q)ar rcs $@ $^

$(B)/moonbill: $(B)/app/main.o $(B)/libmoonbill.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(PKG_LIBS) -o $@

$(B)/plugins/%.so: plugins/%.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -shared $(LDFLAGS) $< -o $@

$(B)/plugins/%.lua: plugins/%.lua
	@mkdir -p $(@D)
	$(Q)cp $< $@

# lua/ and the starter rules/ as byte arrays: a table of {name, bytes, length} that core/script reads.
$(B)/embedded.c: $(LUA_SRC) $(RULES) tests/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED,$@)
	$(Q)tests/embed.sh $(LUA_SRC) $(RULES) > $@.$$$$.tmp && mv $@.$$$$.tmp $@

$(B)/embedded.o: $(B)/embedded.c
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(B)/unit/%: tests/unit/%.c $(B)/libmoonbill.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -Itests $(PKG_CFLAGS) $< $(B)/libmoonbill.a $(LDFLAGS) $(PKG_LIBS) -lcmocka -o $@

$(B)/props/% $(B)/bench/%: tests/%.c
$(B)/props/%: tests/props/%.c $(B)/libmoonbill.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) $< $(B)/libmoonbill.a $(LDFLAGS) $(PKG_LIBS) -o $@

$(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(B)/libmoonbill.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) $< tests/fuzz/replay.c $(B)/libmoonbill.a $(LDFLAGS) $(PKG_LIBS) -o $@

$(B)/bench/%: tests/bench/%.c $(B)/libmoonbill.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) $< $(B)/libmoonbill.a $(LDFLAGS) $(PKG_LIBS) -o $@

$(B)/crash/%.so: tests/crash/%.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -shared $(LDFLAGS) $< -o $@

$(B)/crash/%: tests/crash/%.c $(B)/libmoonbill.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) $< $(B)/libmoonbill.a $(LDFLAGS) $(PKG_LIBS) -o $@

programs: $(B)/moonbill plugins-built $(UNIT) $(PROPS) $(FUZZ) $(BENCH) $(CRASH)

.PHONY: small
small: $(B)/moonbill plugins-built $(CRASH)

test: ## every test (what CI runs); T=name for those whose name contains it
	@tests/deps.sh test
	@$(MAKE) --no-print-directory programs
	@$(MAKE) --no-print-directory SMALL=1 small
	@tests/run.py --build $(B) $(T)

check: ## the quick part of the tests, under a minute
	@tests/deps.sh test
	@$(MAKE) --no-print-directory programs
	@tests/run.py --build $(B) --quick $(T)

demo: all ## three months of the demo book, and how they came to be
	@tests/demo/demo.sh $(B)

bench: ## how long importing and billing take, with the digest of the result
	@tests/deps.sh test
	@$(MAKE) --no-print-directory programs
	@tests/bench/run.py --build $(B)

asan: ## all tests with address and undefined-behaviour sanitizers
	@tests/deps.sh test
	@$(MAKE) --no-print-directory SANITIZE=asan OPT="-O1 -g" programs
	@tests/run.py --build build-asan $(T)

valgrind: ## the whole loop under valgrind
	@tests/deps.sh test
	@$(MAKE) --no-print-directory programs
	@tests/valgrind/loop.sh $(B)

fuzz: ## fuzz one target with libFuzzer: F=decimal, SECONDS=60
	@tests/deps.sh fuzz
	@tests/fuzz/run.sh $(or $(F),decimal) $(or $(SECONDS),60)

golden-update: ## rewrite the expected output of the command-line tests; look at git diff afterwards
	@$(MAKE) --no-print-directory programs
	@tests/cli/run.py --build $(B) --update $(T)

install: all ## install below PREFIX (/usr/local), DESTDIR is respected
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/moonbill
	install -m 755 $(B)/moonbill $(DESTDIR)$(PREFIX)/bin/moonbill
	cp -r $(B)/plugins $(DESTDIR)$(PREFIX)/lib/moonbill/

uninstall: ## remove what install put there
	rm -rf $(DESTDIR)$(PREFIX)/bin/moonbill $(DESTDIR)$(PREFIX)/lib/moonbill

clean: ## remove what was built
	rm -rf build build-asan

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

-include $(OBJ:.o=.d) $(B)/app/main.d
