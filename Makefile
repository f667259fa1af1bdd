PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
export PYTHONHASHSEED := 0
export PLOTLY_RENDERER := plotly_mimetype

help:
	@echo "make run     set up, read data/sample, say where the report is"
	@echo "make test    set up, run every test and compare every notebook with its printed output"
	@echo "make lab     set up, open JupyterLab on the first notebook"
	@echo "make notebooks  run them again and store what they print, and data/docs/, after a change on purpose"
	@echo "make setup   only set up $(VENV)"
	@echo "make pipeline CORPORA=path   train the English pipeline again; about an hour on one core"
	@echo "make bench   what a run costs against what it cannot cost less than, in ratios; ten minutes"
	@echo "make format  put code and imports in order;  make check  say what is not"

setup: $(VENV)/.ok

$(VENV)/.ok: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed, this is %d.%d; try: make $(MAKECMDGOALS) PYTHON=python3.12" % v)'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "setting up $(VENV); a minute or two the first time"
	@{ $(PY) -m pip install -q --disable-pip-version-check -c constraints.txt uv \
	   && $(PY) -m uv pip install -q --compile-bytecode --python $(PY) -c constraints.txt -e '.[test]'; } \
	 || { $(PY) -m pip install -q -U pip && $(PY) -m pip install -q -c constraints.txt -e '.[test]'; }
	@touch $@

run: setup
	@$(VENV)/bin/condotta run data/sample --out runs/sample

test: setup
	@$(VENV)/bin/condotta run data/sample --out runs/sample
	$(PY) -m pytest -q -n 2 --dist loadfile

lab: setup
	@$(VENV)/bin/condotta lab

pipeline: setup
	@test -n "$(CORPORA)" || { echo "say where the corpora are: make pipeline CORPORA=path" >&2; exit 1; }
	@$(PY) -m uv pip install -q --python $(PY) -c constraints.txt -e '.[train]'
	OMP_NUM_THREADS=1 $(PY) -m en_condotta.recipe --corpora "$(CORPORA)"
	OMP_NUM_THREADS=1 $(PY) -m en_condotta.recipe.claims --corpora "$(CORPORA)"

notebooks: setup
	@$(VENV)/bin/condotta run data/sample --out runs/sample
	$(PY) -m jupyter nbconvert --to notebook --execute --inplace --log-level=ERROR \
	  --ExecutePreprocessor.record_timing=False --ExecutePreprocessor.store_widget_state=False notebooks/*.ipynb
	@$(VENV)/bin/condotta dictionary > data/docs/tables.md
	@$(VENV)/bin/condotta score runs/sample > data/docs/scores.txt

bench: setup
	@PYTHONPATH=tests $(PY) -m benchmarks

format: setup
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

check: setup
	$(PY) -m ruff check
	$(PY) -m ruff format --check

.PHONY: help setup run test lab pipeline notebooks bench format check
