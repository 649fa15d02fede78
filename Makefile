# The project's commands; `make help` lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# A Python that fits (3.11 to 3.13); PYTHON=/path/to/python3.11 make demo names another.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then echo $$name; exit; fi; done; echo python3)
PY := .venv/bin/python
STACK := $(PY) -m oms_site.stack
ARGS ?=

.PHONY: help setup setup-dev demo test up down status logs check bench load sizes clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done
	@echo '  PORT=9000 make demo uses other ports; .env.example lists every setting'

setup:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "error: no Python found -> install Python 3.11 (Debian: apt-get install python3.11 python3.11-venv)" >&2; exit 1; }
	@$(PYTHON) deploy/bootstrap.py

setup-dev:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "error: no Python found -> install Python 3.11 (Debian: apt-get install python3.11 python3.11-venv)" >&2; exit 1; }
	@$(PYTHON) deploy/bootstrap.py --dev

demo: setup ## set up, start everything with the synthetic market, show a live line until Ctrl-C
	@exec $(STACK) demo $(ARGS)

test: setup-dev ## static gate and all tests on servers of their own
	@exec $(PY) -m oms_site.stack.testing test $(ARGS)

up: setup ## the demo in the background, back when it is ready
	@exec $(STACK) up $(ARGS)

down: ## stop the demo
	@if [ -x $(PY) ]; then exec $(STACK) down $(ARGS); else echo 'nothing was running'; fi

status: ## one line a process (ARGS=--json for programs)
	@if [ -x $(PY) ]; then exec $(STACK) status $(ARGS); else echo 'not set up yet (make demo)'; exit 1; fi

logs: ## follow all logs
	@if [ -x $(PY) ]; then exec $(STACK) logs $(ARGS); else echo 'not set up yet (make demo)'; exit 1; fi

check: setup-dev ## the static gate alone
	@exec $(PY) -m oms_site.stack.testing check

bench: setup-dev ## every benchmark, a table and benchmarks/results/*.json
	@exec $(PY) -m benchmarks $(ARGS)

load: setup-dev ## open-model load on REST and the socket of the running demo, CSV and HTML report
	@exec $(PY) -m benchmarks.load $(ARGS)

sizes: setup-dev ## file and function sizes against the ratchet
	@exec $(PY) -m oms_site.stack.testing sizes

clean: ## stop everything, remove its data, downloads and caches
	@if [ -x $(PY) ]; then $(STACK) clean; else rm -rf .run; fi
