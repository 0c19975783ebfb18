"""Fix how property tests draw their examples: the same ones on every machine, many new ones with `make fuzz`.

`--rewrite-groundtruth` writes the transcriptions of real reports anew, to be read in review against the reports.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("steady", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-groundtruth",
        action="store_true",
        help="write tests/data/groundtruth from what is read now",
    )
