"""ARCHITECTURE.md tells of the modules and borders that there are."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]


def modules_of(package: str) -> set[str]:
    found = (ROOT / package).iterdir()
    return {
        path.stem
        for path in found
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
    }


def modules_told_of(package: str) -> set[str]:
    table = PAGE.split("## Packages and modules")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    told: set[str] = set()
    current = ""
    for row in rows:
        current = row[0].strip("`") or current
        if current == package:
            told |= set(re.findall(r"`(\w+)`", row[1]))
    return told


@pytest.mark.parametrize("package", ["ingest", "vectorstore", "assistant"])
def test_page_tells_of_every_module_and_of_no_other(package: str) -> None:
    assert modules_told_of(package) == modules_of(package)


@pytest.mark.parametrize("contract", LAYERS, ids=lambda contract: contract["name"])
def test_page_states_the_layers_of_the_import_contract(contract: dict[str, list[str]]) -> None:
    name = (contract.get("containers") or ["packages"])[0]
    assert f"- {name}: {' > '.join(contract['layers'])}\n" in PAGE
