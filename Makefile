# `make` or `make help` lists what can be done; text behind ## is the help.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
TORCH_INDEX_URL ?=
REPORTS ?= samples
EVAL ?=
HOST ?= $(or $(GONGKAI_HOST),127.0.0.1)
PORT ?= $(or $(GONGKAI_PORT),7860)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
TORCH := $(shell sed -n '/^torch==/p' constraints.txt)

# The samples have a library of their own, so that they never mix with the reports you read in yourself.
ifeq ($(patsubst %/,%,$(REPORTS)),samples)
run: export GONGKAI_DATA ?= data/samples
endif

.PHONY: help setup run test check fuzz fuzz-meaning bench bench-scale bench-peers reader openapi load screenshots clean

help: ## 列出可用的命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  变量：REPORTS=文件夹  PORT=端口  SIZE=份数  PYTHON=python3.11  TORCH_INDEX_URL=PyTorch 的 CPU 索引地址"

setup: $(INSTALLED) ## 安装（建 .venv；再次运行不重复安装）
	@echo "已安装。make run 启动，make test 检查。"

run: $(INSTALLED) ## 读入 REPORTS（默认 samples）并启动网页与接口
	@test -e "$(REPORTS)" || { echo "找不到 $(REPORTS)。请写明报告所在的文件夹：make run REPORTS=文件夹" >&2; exit 2; }
	@$(BIN)/gongkai ingest "$(REPORTS)" || echo "有文件未能读入（原因见上），其余照常可问。" >&2
	@exec $(BIN)/gongkai serve --host "$(HOST)" --port "$(PORT)"

test: check ## 安装并通过全部检查与测试
	$(BIN)/pytest -n auto --dist loadfile

check: $(INSTALLED_DEV) ## 代码检查：格式、类型、导入边界
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

fuzz: $(INSTALLED_DEV) ## 用随机损坏的输入反复试验读取（几分钟）
	HYPOTHESIS_PROFILE=search $(BIN)/pytest tests/ingest -k "damaged or changed or never"

fuzz-meaning: $(INSTALLED_DEV) ## 把数已知的报告按真实网站的样子印出再读，逐格比较（PRINTS=10000 SEED=0）
	PYTHONPATH=. $(BIN)/python tests/ingest/meaning.py --prints $(or $(PRINTS),10000) --seed $(or $(SEED),0)

bench: $(INSTALLED_DEV) ## 测量速度与质量
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.reading $(SIZE)
	$(BIN)/python -m benchmarks.agent
	$(BIN)/python -m benchmarks.wordings

bench-scale: $(INSTALLED_DEV) ## 测量库变大后回答慢多少（SIZE=5000）
	$(BIN)/python -m benchmarks.scale $(SIZE)

reader: $(INSTALLED_DEV) ## 训练阅读模型（约 4 小时），写到 build/reader；EVAL=题集 时另报其得分
	$(BIN)/python -m training --eval $(EVAL)

bench-peers: $(INSTALLED_DEV) ## 与 LangChain、LlamaIndex 的普通检索链并排比较
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.peers

openapi: $(INSTALLED) ## 重写 docs/openapi.json（接口有变时）
	$(BIN)/python -m assistant.interfaces.api > docs/openapi.json

load: $(INSTALLED_DEV) ## 压测：50 个客户端各 60 秒，边问边读入、反复杀掉读入进程（约 15 分钟）
	$(BIN)/python -m benchmarks.load

screenshots: $(INSTALLED_DEV) ## 用样例重拍 docs/ 里的网页截图
	$(BIN)/python docs/screenshots.py

clean: ## 删除 .venv 和缓存（不动 data/）
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# torch goes first and alone: an open range would bring CUDA builds.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新版本，而 $(PYTHON) 不可用或太旧。请安装后指明：make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(if $(TORCH_INDEX_URL),--index-url "$(TORCH_INDEX_URL)") "$(TORCH)"
	$(BIN)/python -m pip install -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(BIN)/python -m pip install -c constraints.txt -e '.[dev]'
	@touch $@
