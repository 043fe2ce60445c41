# make app         install, index data/ (or what was indexed last), open the page
# make test        every check but the slow and the quality tests, as CI runs it
# make slow        the slow tests: interrupted builds, the wheel
# make quality     the quality tests: every question of the bundled brief
# make coverage    the same tests as make test, and the share of lines and branches they run
# make check       format, lint, types and import contracts only
# make format      write the format and the fixes ruff can make
# make screenshot  take the pictures in the README from the real page
# make clean       back to a fresh clone
#
# The first run fills .venv and needs the network; later runs install nothing and work offline.
# `make app PYTHON=/path/to/python` names the Python that makes .venv.

VENV := .venv
BIN  := $(VENV)/bin
WORKERS := --numprocesses 2

.PHONY: app test slow quality coverage check format screenshot clean install install-test

app: install
	@if [ -e index/current.json ]; then $(BIN)/briefqa build --index index; \
		else $(BIN)/briefqa build data --index index; fi \
		|| echo "The build reported a problem (above); opening the index as it is."
	@$(BIN)/python app.py

test: install-test
	@$(BIN)/python -m pytest $(WORKERS)

slow: install-test
	@$(BIN)/python -m pytest --slow -m slow

quality: install-test
	@$(BIN)/python -m pytest --quality -m quality

coverage: install-test
	@$(BIN)/python -m pytest $(WORKERS) --cov

check: install-test
	@$(BIN)/python -m pytest -q tests/test_checks.py

format: install-test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

screenshot: install-test
	@$(BIN)/python docs/screenshot.py

clean:
	rm -rf $(VENV) dist build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find index -mindepth 1 ! -name .gitignore -delete

install:
	$(call install,app,.,app)

install-test:
	$(call install,test,.[test],app test)

# What an install was made from: this folder and pyproject.toml. A finished install leaves a copy of
# both in .venv and is repeated only when they differ; one that was cut short leaves no copy.
inputs = { pwd -P; cat pyproject.toml; }
recent = -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
piped  = -c 'import pip' 2>/dev/null
able   = -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null

# $(call install,NAME,REQUIREMENT,NAMES DONE WITH IT)
define install
@set -e; \
if $(inputs) | cmp -s - $(VENV)/installed-$(1) && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
if kill -0 "$$(cat $(VENV)/installing 2>/dev/null)" 2>/dev/null; then \
	echo "Another make (process $$(cat $(VENV)/installing)) is filling $(VENV): run this again when" \
		"it is done. If there is none, remove $(VENV)/installing." >&2; \
	exit 1; \
fi; \
stale=""; \
if   [ ! -e $(VENV) ];            then stale="it does not exist yet"; \
elif [ -e $(VENV)/installing ];   then stale="its last install was cut short"; \
elif ! $(BIN)/python $(recent);   then stale="its Python is gone or older than 3.11"; \
elif ! $(BIN)/python $(piped);    then stale="it has no pip"; \
elif [ -e $(VENV)/made-in ] && [ "$$(cat $(VENV)/made-in)" != "$$(pwd -P)" ]; then \
	stale="it was made in $$(cat $(VENV)/made-in)"; \
fi; \
if [ -n "$$stale" ]; then \
	python=""; \
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
		if "$$candidate" $(able); then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		if $(or $(PYTHON),python3) $(recent); then \
			echo "$$($(or $(PYTHON),python3) --version) cannot make environments here: install its" \
				"venv package (Debian, Ubuntu: apt install python3-venv), then run make again." >&2; \
		else \
			echo "BriefQA needs Python 3.11 or newer and found" \
				"$$($(or $(PYTHON),python3) --version 2>/dev/null || echo none):" \
				"install one, or name one: make PYTHON=/path/to/python." >&2; \
		fi; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version): $$stale."; \
	rm -rf $(VENV); \
	mkdir $(VENV); \
	echo $$$$ >$(VENV)/installing; \
	"$$python" -m venv $(VENV); \
	pwd -P >$(VENV)/made-in; \
fi; \
echo "Installing BriefQA into $(VENV): some minutes, once."; \
echo $$$$ >$(VENV)/installing; \
rm -f $(VENV)/installed-*; \
$(BIN)/python -m pip install --disable-pip-version-check --no-input --editable '$(2)' || { \
	rm -f $(VENV)/installing; \
	echo "The install failed (above). It needs the network; run make again when there is one." >&2; \
	exit 1; \
}; \
for name in $(3); do $(inputs) >$(VENV)/installed-$$name; done; \
rm $(VENV)/installing
endef
