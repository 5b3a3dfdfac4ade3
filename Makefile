# Everything a person types. Needs Python 3.11 and make; the rest is installed into .venv.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)) python3)
VENV ?= $(CURDIR)/.venv
export VENV
IN := $(VENV)/bin/python
# How many tests at a time: one per core.
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup run reset test check prove soak api mutants bench audit day screenshots manage messages install install-dev

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Ports: WEB_PORT (8000), SANDBOX_PORT (8099). All settings: docs/configuration.md"

install:
	@"$(PYTHON)" launch/bootstrap.py
	@"$(IN)" -m launch.messages compile

install-dev:
	@"$(PYTHON)" launch/bootstrap.py --dev
	@"$(IN)" -m launch.messages compile

setup: install-dev ## Install into .venv and stop

run: install ## Start everything: database, web, workers, sandbox (Ctrl-C stops)
	@"$(IN)" -m launch run

reset: install ## Stop and delete all local data in .data (YES=1 does not ask)
	@"$(IN)" -m launch reset

test: install-dev ## All tests on throw-away servers (ARGS="tests/outbox -k retry")
	@"$(IN)" -m pytest -n $(WORKERS) $(ARGS)

check: install-dev ## Style, types, floors, migrations, translations, house rules
	@"$(IN)" -m launch.check

prove: install-dev ## The machines that prove the stock ledger, at most 12 minutes (ONLY=crashes JSON=file)
	@"$(IN)" -W ignore -m tests.proving prove $(if $(ONLY),--only "$(ONLY)") $(if $(JSON),--json "$(JSON)")

soak: install-dev ## The same in full, for hours; in parts into one file (ONLY=pairs JSON=file)
	@"$(IN)" -W ignore -m tests.proving soak $(if $(ONLY),--only "$(ONLY)") $(if $(JSON),--json "$(JSON)")

api: install-dev ## Ask every operation of the API at length whether its description is true (EXAMPLES=300)
	@EXAMPLES=$(or $(EXAMPLES),300) "$(IN)" -m pytest tests/api/test_truth.py -n0 $(ARGS)

mutants: install-dev ## Plant bugs in the ledger; the machines must find all (ONLY=lock JSON=file)
	@"$(IN)" -W ignore -m tests.proving mutants $(if $(ONLY),--only "$(ONLY)") $(if $(JSON),--json "$(JSON)")

bench: install ## Measurements (NAME=pages JSON=file); without NAME all of them, see docs/measurements.md
	@"$(IN)" -m bench $(or $(NAME),all) $(ARGS) $(if $(JSON),--json "$(JSON)")

audit: install ## Recompute all stock from the ledger; prints differences, none is right (JSON=file)
	@"$(IN)" -m launch manage audit $(if $(JSON),--json "$(abspath $(JSON))")

day: install ## A trading day without a screen (ORDERS=2000 SOURCE=retail KILL=1 JSON=file)
	@"$(IN)" -m bench day $(if $(ORDERS),--orders $(ORDERS)) $(if $(SOURCE),--source $(SOURCE)) $(if $(KILL),--kill) $(if $(JSON),--json "$(JSON)") $(ARGS)

screenshots: install-dev ## Pictures of every page of a running house into .shots (SITE=http://127.0.0.1:8000)
	@"$(IN)" -m tests.browser.screenshots $(if $(SITE),--site $(SITE)) $(ARGS)

manage: install ## A Django command on the local data (ARGS="createsuperuser")
	@"$(IN)" -m launch manage $(ARGS)

messages: install-dev ## Bring new texts into the Chinese catalogue
	@"$(IN)" -m launch.messages update
