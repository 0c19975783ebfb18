"""Fix how property tests draw their examples: the same ones on every machine, many new ones with `make fuzz`.

A generated province of 505 reports is read once, by whichever process of a test run first needs it.

`--rewrite-groundtruth` writes the transcriptions of real reports anew, to be read in review against the reports.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from filelock import FileLock
from hypothesis import settings

from assistant.tools import Toolbox
from benchmarks.fictitious import ProvinceReport, province
from benchmarks.province import fill, toolbox_over
from vectorstore.library import Library

settings.register_profile("steady", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-groundtruth",
        action="store_true",
        help="write tests/data/groundtruth from what is read now",
    )


@dataclass(frozen=True)
class Country:
    """Hold the reports of a generated province with the truth of each cell, and the tools over them."""

    reports: tuple[ProvinceReport, ...]
    library: Library
    toolbox: Toolbox


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "province"
    reports = province()
    with FileLock(f"{folder}.lock"):
        is_filled = folder.exists()
        folder.mkdir(exist_ok=True)
        library = Library.open(f"sqlite:///{(folder / 'library.sqlite').as_posix()}")
        if not is_filled:
            fill(library, reports, folder)
    yield Country(reports, library, toolbox_over(library))
    library.close()
