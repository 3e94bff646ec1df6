# Everything happens in bin/; this file only names it.
PYTHON ?= python3
PORT ?= 8000
# Not `?=`: some shells and tools export HOST for a purpose of their own.
HOST = 127.0.0.1
ONLY ?=
MAKEFLAGS += --no-print-directory

begin = @command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "Sweetspot needs Python 3.11 or newer, and '$(PYTHON)' is not on this machine: install it, or name one with PYTHON=/path/to/python3." >&2; exit 1; }; "$(PYTHON)" bin/begin.py

.DEFAULT_GOAL := help
.PHONY: help run setup test lint bench lock clean

help:
	@echo "make run      start the demo on http://127.0.0.1:8000 (PORT=8001, HOST=...)"
	@echo "make test     every check and every test"
	@echo "make lint     the checks without the tests"
	@echo "make bench    measure (ONLY=name for one)"
	@echo "make setup    install what 'make run' needs, and stop there"
	@echo "make lock     choose new versions of all third-party packages and lock them"
	@echo "make clean    remove what was installed; your data in var/ stays"
	@echo "PYTHON=/path/to/python3 chooses the Python of a new installation."

run:
	$(begin) run --host "$(HOST)" --port "$(PORT)"

setup test lint lock clean:
	$(begin) $@

bench:
	$(begin) bench $(if $(ONLY),--only "$(ONLY)")
