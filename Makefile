# `make run` and `make test` need Python 3.11, make and a package index, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --quiet
LOCK := $(COMPILE) pyproject.toml --extra dev
# What goes into each image, and onto devices, has a lock of its own, of the same versions.
IMAGES := services edge models localstack edge/greengrass services/adapters/milvus_index tests/milvus
LOCK_IMAGE := $(COMPILE) --constraints requirements.lock

# Compose v2, else docker-compose 1.29.
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
# Where the api's container is published, whatever its settings come from.
PAGE = http{{range .Config.Env}}{{if eq . "LOOKALIKE_TLS=1"}}s{{end}}{{end}}://{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}}:{{.HostPort}}{{end}}{{end}}

.DEFAULT_GOAL := help
.PHONY: help run up down test lint lock listing docs models samples bench lambda-zips test-system test-web test-compose test-aws test-milvus soak fuzz screenshots lint-aws deploy-aws destroy-aws rehearse-aws try-aws deployer-policy deploy-edge test-greengrass

help:  ## what there is
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

listing:  ## write docs/files.md after a file came or went
	@$(PYTHON) docs/list_files.py

docs: $(READY)  ## write what docs/contracts says of HTTP, command line and settings, from the code
	@$(BIN)/python -m docs.generator

run: $(READY)  ## start everything on this machine; Ctrl-C stops it. TLS=1: with https, for a phone's camera
	@$(if $(filter command line,$(origin TLS)),LOOKALIKE_TLS=$(TLS)) exec $(BIN)/python -m services.run --die-with-parent

up:  ## the same as containers, in the background; PROFILE=scale: three searches, PROFILE=aws: on an emulated AWS
	@$(if $(filter aws,$(PROFILE)),set -a; . localstack/compose.env;) $(COMPOSE) $(addprefix --profile ,$(PROFILE)) up -d --build
	@echo "Lookalike is at $$(docker inspect -f '$(PAGE)' $$($(COMPOSE) ps -q api) | sed s/0.0.0.0/127.0.0.1/); the key for changes: $(COMPOSE) exec api lookalike key"

down:  ## stop the containers; what is kept stays on its volumes
	@$(COMPOSE) --profile aws --profile scale down --remove-orphans

# Three on two cores: they wait for processes for half of their time.
test: $(READY)  ## all tests that need no system package
	@$(BIN)/python -m pytest -n 3 --dist loadfile

test-system: $(READY)  ## tests against Mosquitto and real cameras' servers; installs these system packages
	@.ci/system-packages
	@$(BIN)/python -m pytest tests/network

screenshots: $(READY)  ## take the pictures of README and docs again, from the running product
	@.ci/system-packages chromium-headless-shell fonts-noto-cjk
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/web/requirements.lock
	@$(BIN)/python -m docs.take_screenshots

test-web: $(READY)  ## the page in a real browser, with a camera; installs Chromium, nginx and ip
	@.ci/system-packages chromium-headless-shell nginx-light iproute2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/web/requirements.lock
	@.ci/alone $(BIN)/python -m pytest tests/web

test-compose: $(READY)  ## the containers, with a Docker engine: built, restarted, killed
	@$(BIN)/python -m pytest tests/compose

test-aws: $(READY)  ## the functions out of their zips, run as AWS Lambda runs them
	@$(BIN)/python -m pytest -s tests/aws_code

test-greengrass: $(READY)  ## the edge on devices: against a double of the Greengrass nucleus, in containers; installs systemd-analyze
	@.ci/system-packages systemd
	@.ci/engine python:3.11-slim-bookworm
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r edge/greengrass/requirements.lock \
	  -r tests/greengrass/requirements.lock
	@$(BIN)/python -m pytest tests/greengrass

test-milvus: $(READY)  ## the index on Milvus, against milvus-lite's server, which gets packages of its own
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/milvus/requirements.lock
	@$(BIN)/python -m pytest tests/milvus

soak: $(READY)  ## what takes many minutes by design: 500 kills, 20 minutes of use (SOAK_SECONDS); .ci/run leaves it out
	@$(BIN)/python -m pytest -m soak

fuzz: $(READY)  ## 200,000 damaged pictures, tables, archives and messages, in minutes; FUZZ_SEED=7 for others
	@mkdir -p build
	@FUZZ_CASES=$(or $(FUZZ_CASES),200000) $(BIN)/python -m pytest -m fuzz -s tests/fuzz 2>build/fuzz.log || \
	  { echo "what decoders said is in build/fuzz.log" >&2; exit 1; }

lint: $(READY)  ## style, types, direction of imports, docs and locks up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --config pyproject.toml >.venv/imports 2>&1 || { cat .venv/imports; exit 1; }
	@$(BIN)/python docs/list_files.py --check
	@$(BIN)/python -m docs.generator --check
	@cp requirements.lock .venv/lock && $(LOCK) -o .venv/lock && diff requirements.lock .venv/lock || \
	  { echo "error: requirements.lock does not fit pyproject.toml; run \`make lock\`" >&2; exit 1; }
	@for image in $(IMAGES); do \
	  cp $$image/requirements.lock .venv/lock && $(LOCK_IMAGE) $$image/requirements.in -o .venv/lock && \
	  diff $$image/requirements.lock .venv/lock || \
	  { echo "error: $$image/requirements.lock does not fit; run \`make lock\`" >&2; exit 1; }; done
	@$(BIN)/python -m deploy.lambda_zips.lock --check

lint-aws: $(READY)  ## the templates for AWS by cfn-lint and checkov, which get environments of their own
	@$(BIN)/python -m deploy.aws.lint

lock: $(READY)  ## compile requirements.lock, the images' and the zips' after a change of pyproject.toml or a requirements.in
	@$(LOCK) -o requirements.lock
	@for image in $(IMAGES); do $(LOCK_IMAGE) $$image/requirements.in -o $$image/requirements.lock || exit 1; done
	@$(BIN)/python -m deploy.lambda_zips.lock
	@$(COMPILE) --constraints requirements.lock --no-emit-package numpy bench/index/requirements.in -o bench/index/requirements.lock
	@for tool in deploy/aws/lint/cfn-lint deploy/aws/lint/checkov tests/aws_code/moto tests/aws_rehearsal/emulator; do \
	  $(COMPILE) $$tool.in -o $$tool.lock || exit 1; done

samples:  ## render the sample catalogue and clip again (half an hour, 1.4 GB of Blender)
	@test -x build/samples-env/bin/python || $(PYTHON) -m venv build/samples-env
	@build/samples-env/bin/python -m pip install --quiet --require-hashes -r samples/requirements.lock
	@build/samples-env/bin/python -m samples.make

bench: $(READY)  ## accuracy on the sample clip, the time to the first match, the rates of an import and of the search, idle pages
	@$(BIN)/python -m bench.clip
	@$(BIN)/python -m bench.start
	@$(BIN)/python -m bench.edge
	@$(BIN)/python -m bench.importing
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.streams

lambda-zips: $(READY)  ## build the zips of the functions on AWS Lambda: build/lambda/
	@$(BIN)/python -m deploy.lambda_zips $(if $(ONLY),--only $(ONLY))

# Choices count on the command line alone: others have variables of these names, too.
aws_options = $(foreach each,$(1),$(if $(filter command line,$(origin $(each))),--$(shell echo $(each) | tr A-Z_ a-z-) '$($(each))')) $(if $(filter command line,$(origin YES)),--yes)

deploy-aws: $(READY)  ## bring it up on AWS, or to what is here by now: SEARCH=lambda|sagemaker|sagemaker-faiss, docs/aws.md
	@$(BIN)/python -m deploy.aws deploy $(call aws_options,NAME SEARCH CACHE COMMANDS EMAIL BUDGET HISTORY_DAYS HISTORY_PICTURES CATALOGUE BUILT ZIPS)

destroy-aws: $(READY)  ## take it down on AWS, until nothing is left that costs; KEEP_DATA=1 leaves items and pictures
	@$(BIN)/python -m deploy.aws destroy $(call aws_options,NAME) $(if $(filter command line,$(origin KEEP_DATA)),--keep-data)

# A list's words, each as an option.
each_option = $(if $(filter command line,$(origin $(1))),$(foreach word,$($(1)),--$(2) '$(word)'))

deploy-edge: $(READY)  ## bring the edge to a device with Greengrass: THING=cam-1 [GROUP=…] [SET="Source=0 MaxFps=5"], LOCAL=1 on it
	@$(BIN)/python -m deploy.edge $(if $(filter command line,$(origin LOCAL)),local,deploy) $(call aws_options,THING GROUP NAME IMAGE MODEL NEW_MODEL WAIT) $(call each_option,SET,set) $(call each_option,WHEELS,wheels)

rehearse-aws: $(READY)  ## deploy into an emulated AWS that enforces rights, follow a camera's message, destroy
	@.ci/system-packages chromium-headless-shell iproute2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/web/requirements.lock
	@$(BIN)/python -m tests.aws_rehearsal.prepare
	@.ci/alone --hosts build/rehearsal-hosts $(BIN)/python -m pytest tests/aws_rehearsal

try-aws: $(READY)  ## a shell beside an emulated AWS, to try deploy-aws and all else without an account
	@.ci/system-packages iproute2
	@$(BIN)/python -m tests.aws_rehearsal.prepare
	@.ci/alone --hosts build/rehearsal-hosts $(BIN)/python -m tests.aws_rehearsal.shell

deployer-policy: $(READY)  ## write the policies of the person who deploys, after a rehearsal of what commands call by now
	@.ci/system-packages iproute2
	@$(BIN)/python -m tests.aws_rehearsal.prepare
	@REHEARSED=write .ci/alone --hosts build/rehearsal-hosts $(BIN)/python -m pytest tests/aws_rehearsal/test_deployer_policy.py
	@$(BIN)/python -m deploy.aws.deployer

models: $(READY)  ## build the model file
	@$(BIN)/python -m models.build

# The environment holds what the lock names, checked by hash, and this checkout itself.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "the first start: installs packages into .venv (900 MB, 1 to 3 minutes), then builds the model (seconds)"; \
	  $(PYTHON) -m venv .venv; }
	@echo "installing packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
