# make run    train, judge and save a recogniser on drawn pictures      make test   all checks
# make lab    the notebooks in JupyterLab                               make bench NAME=pair ARGS="--data PATH"
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export ANIMELIB_HOME ?= $(CURDIR)/out

.PHONY: setup run test lab bench links
setup: $(READY)

# editable_mode=compat: else a folder named animelib (this clone, for a script beside it) would hide the package.
$(READY): pyproject.toml requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv: about 3 GB, some minutes ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat --editable ".[local]"
	touch $@

run: setup
	$(BIN)/python -m animelib demo

test: setup
	$(BIN)/python -m ruff check .
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lab: setup
	$(BIN)/python -m jupyterlab notebooks

bench: setup
	$(BIN)/python -m benchmarks $(NAME) $(ARGS)

links: setup
	$(BIN)/python notebooks/links.py
