# Ildsjel: `make run` sets up everything and runs it; `make test` sets up everything and tests it.
SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS = never
# Compiled once, started often.
export PYTHONDONTWRITEBYTECODE =
export ILDSJEL_DATA ?= $(CURDIR)/data
UV := .tools/uv/bin/uv
PY := .venv/bin/python

.PHONY: run setup wheel test check format clean

run: setup
	exec .venv/bin/ildsjel up

setup: .venv/.synced .tools/.frontend .tools/.translations

$(UV):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ildsjel needs Python 3.11 or newer."; exit 1; }
	@python3 -m venv .tools/uv >/dev/null 2>&1 || { rm -rf .tools/uv; \
	  [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null && python3 -m venv .tools/uv; } \
	  || { echo "Python's venv module is missing. On Debian: apt install python3-venv"; exit 1; }
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

.venv/.synced: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --quiet --compile-bytecode --inexact --no-default-groups --group build --extra postgres
	@touch $@

.venv/.developer: .venv/.synced
	$(UV) sync --locked --quiet --compile-bytecode --extra postgres
	@touch $@

.tools/.frontend: .venv/.synced package.json package-lock.json tools/frontend.py
	$(PY) -m tools.frontend
	@touch $@

.tools/.translations: .venv/.synced $(wildcard ildsjel/locale/*/LC_MESSAGES/django.po)
	$(PY) -m tools.translations compile
	@touch $@

.tools/.servers: .venv/.developer tests/servers/package-lock.json $(wildcard tools/server_installs/*.py) tools/test_servers.py
	-$(PY) -m tools.test_servers
	@touch $@

wheel: setup
	$(PY) -m tools.wheel

check: setup .venv/.developer
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m tools.migrations
	$(PY) -m tools.translations check
	$(PY) -m tools.licences --check

test: setup .venv/.developer .tools/.servers
	$(PY) -m tools.run_tests

format: setup .venv/.developer
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache ildsjel/web/static/vendor
