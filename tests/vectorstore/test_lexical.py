import subprocess
import sys
from pathlib import Path

import pytest
from small_reports import ingested

from vectorstore.lexical import tokens, words
from vectorstore.library import Library
from vectorstore.models import EVERYTHING, Filter

SENTENCES = (
    "12345热线受理诉求28822件。",
    "依申请公开收到申请47件。",
    "洪广镇门户网站发布信息1200条。",
    "行政复议案件0件。",
)


@pytest.fixture
def library(tmp_path: Path):
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as opened:
        opened.put(ingested("甲县", 2020, SENTENCES), location="/in/a.txt", pipeline="1")
        yield opened


def found(library: Library, query: str, within: Filter = EVERYTHING) -> list[str]:
    ids = library.search_words(query, limit=9, filter=within)
    return [chunk.text for chunk in library.chunks_by_id(ids)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("12345热线", 0),
        ("１２３４５熱線", 0),
        ("收到多少申请", 1),
        ("洪广镇的网站", 2),
        ("行政複議", 3),
        ("28822", 0),
    ],
)
def test_best_passage_shares_the_words_in_any_script_and_width(
    library: Library, query: str, best: int
) -> None:
    assert found(library, query)[0] == SENTENCES[best]


@pytest.mark.parametrize(
    "query",
    [
        '" OR rowid > 0 --热线',
        "申请 NEAR(热线, 2)",
        "words:热线 AND NOT 申请",
        "热线*) UNION SELECT payload FROM bodies",
        "'; DROP TABLE reports; --热线",
        "^热线 + \\ ( ) { } [ ] %_\x00",
        "热线 " * 3000,
    ],
)
def test_operators_in_a_query_are_only_words(library: Library, query: str) -> None:
    assert SENTENCES[0] in found(library, query)
    assert library.manifest().chunks == len(SENTENCES)


@pytest.mark.parametrize("query", ["", "  ", '"', "？！", "NOT", "*"])
def test_query_without_a_known_word_finds_nothing(library: Library, query: str) -> None:
    assert found(library, query) == []


def test_filter_narrows_before_the_limit(library: Library) -> None:
    library.put(ingested("乙县", 2020, ("热线。",)), location="/in/b.txt", pipeline="1")

    ids = library.search_words("热线", limit=1, filter=Filter(organizations=("甲县",)))

    assert [chunk.text for chunk in library.chunks_by_id(ids)] == [SENTENCES[0]]


def test_numbers_with_a_point_stay_whole() -> None:
    assert tokens("达到９９.79％")[-1] == "99.79"


def test_name_that_no_dictionary_has_is_found_by_its_pairs() -> None:
    assert {"洪广", "广镇"} <= set(tokens("洪广镇"))


def test_words_do_not_overlap() -> None:
    assert "".join(words("网站无障碍浏览2020")) == "网站无障碍浏览2020"


def test_dictionary_loads_silently_and_only_when_needed() -> None:
    program = (
        "import sys, vectorstore.library, vectorstore.lexical as lexical\n"
        "assert 'jieba' not in sys.modules\n"
        "lexical.tokens('政府信息公开')\n"
        "assert 'jieba' in sys.modules\n"
    )

    ran = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
