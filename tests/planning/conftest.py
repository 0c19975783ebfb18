"""Make the heads of a library that holds near-twins, namesakes and parks."""

import pytest

from assistant.language import load_language
from ingest.models import Organization
from vectorstore.models import ReportHead
from vectorstore.organizations import body_kind, identity_of, names_of

HELD = (
    ("贺兰县", (2019, 2020, 2021)),
    ("宁夏贺兰工业园区", (2020,)),
    ("淮安市洪泽区", (2022, 2023)),
    ("南京市鼓楼区", (2021,)),
    ("徐州市鼓楼区", (2021,)),
    ("秦皇岛市", (2021,)),
    ("贺兰县教育局", (2020,)),
    ("松林市德润工业园区", (2020,)),
    ("青禾县王湾产业园区", (2020,)),
    ("上海市科学技术委员会", (2021,)),
    ("攀枝花市东区", (2021,)),
)


def head(name, year):
    identity = identity_of(Organization(name=name, aliases=(), kind="other", region=()))
    return ReportHead(
        report_id=f"r-{name}-{year}",
        title=f"{name}{year}年政府信息公开工作年度报告",
        organization=name,
        aliases=names_of(identity),
        kind="other",
        region=identity.path,
        year=year,
        form="form2019",
        published=None,
        source=f"{name}{year}.txt",
        body=identity.key,
        body_kind=body_kind(name),
    )


@pytest.fixture(scope="session")
def heads():
    return tuple(head(name, year) for name, years in HELD for year in years)


@pytest.fixture(scope="session")
def language():
    return load_language()
