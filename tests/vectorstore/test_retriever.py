import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from small_reports import ingested

from vectorstore.chroma import Matrix, VectorIndex
from vectorstore.embedding import HashEmbedder
from vectorstore.errors import IndexUnusable, ModelUnavailable
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.retriever import Retriever
from vectorstore.settings import SearchLimits

EMBEDDER = HashEmbedder()
SENTENCES = ("12345热线受理诉求28822件。", "依申请公开收到申请47件。", "门户网站发布信息1200条。")


@pytest.fixture
def library(tmp_path: Path):
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as opened:
        for number, organization in enumerate(("甲县", "乙县", "丙县")):
            opened.put(ingested(organization, 2020, SENTENCES), location=f"/in/{number}", pipeline="1")
        yield opened


@pytest.fixture
def open_index(tmp_path: Path) -> Callable[[], VectorIndex]:
    return lambda: VectorIndex.open(tmp_path / "chroma", model=EMBEDDER.name, dimension=EMBEDDER.dimension)


def index_all(library: Library, open_index: Callable[[], VectorIndex]) -> None:
    pending = library.pending_chunks(limit=99)
    with open_index() as index:
        vectors = EMBEDDER.encode_documents([chunk.search_text for chunk in pending])
        index.upsert([chunk.id for chunk in pending], vectors)
    library.mark_indexed([chunk.id for chunk in pending], model=EMBEDDER.name)


@pytest.fixture
def retriever(library: Library, open_index: Callable[[], VectorIndex]):
    index_all(library, open_index)
    made = Retriever(library, open_index, EMBEDDER)
    yield made
    made.close()


def test_passage_that_both_searches_rank_first_comes_first(retriever: Retriever) -> None:
    best = retriever.search("甲县 12345热线受理诉求", top_k=1)[0]

    assert best.chunk.text == SENTENCES[0]
    assert best.chunk.search_text.startswith("甲县")
    assert (best.lexical_rank, best.dense_rank) == (1, 1)
    assert best.score == pytest.approx(2 / 61)


def test_hits_come_best_first_and_once(retriever: Retriever) -> None:
    hits = retriever.search("收到多少件申请", top_k=5)

    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.chunk.id for hit in hits}) == len(hits) == 5


@pytest.mark.parametrize("limits", [SearchLimits(), SearchLimits(exact_chunks=0)], ids=["exact", "graph"])
def test_filter_lets_no_other_report_through(
    library: Library, open_index: Callable[[], VectorIndex], limits: SearchLimits
) -> None:
    index_all(library, open_index)
    retriever = Retriever(library, open_index, EMBEDDER, limits=limits)

    hits = retriever.search("甲县热线", top_k=9, filter=Filter(organizations=("乙县",)))
    retriever.close()

    assert len(hits) == 3
    assert {hit.chunk.search_text[:2] for hit in hits} == {"乙县"}
    assert all(hit.dense_rank is not None for hit in hits)


def test_exact_and_graph_search_agree(library: Library, open_index: Callable[[], VectorIndex]) -> None:
    index_all(library, open_index)
    rankings = []
    for limits in (SearchLimits(), SearchLimits(exact_chunks=0)):
        retriever = Retriever(library, open_index, EMBEDDER, limits=limits)
        hits = retriever.search("门户网站", filter=Filter(years=(2020,)))
        rankings.append([(hit.chunk.id, pytest.approx(hit.similarity, abs=1e-5)) for hit in hits])
        retriever.close()

    assert rankings[0] == rankings[1]


@pytest.mark.parametrize("nothing", [Filter(report_ids=()), Filter(years=(1999,))])
def test_filter_that_matches_nothing_finds_nothing(retriever: Retriever, nothing: Filter) -> None:
    assert retriever.search("热线", filter=nothing) == ()


@pytest.mark.parametrize("query", ["", " \n"])
def test_blank_query_finds_nothing(retriever: Retriever, query: str) -> None:
    assert retriever.search(query) == ()


def test_words_alone_are_searched_when_asked(retriever: Retriever) -> None:
    hits = retriever.search("热线", dense=False)

    assert {hit.chunk.text for hit in hits} == {SENTENCES[0]}
    assert {hit.dense_rank for hit in hits} == {None}


def test_passages_that_left_the_library_take_no_place(retriever: Retriever, library: Library) -> None:
    gone = next(head for head in library.headings() if head.organization == "甲县")
    library.remove(gone.report_id)

    hits = retriever.search("甲县热线", top_k=6)

    assert len(hits) == 6
    assert gone.report_id not in {hit.chunk.report_id for hit in hits}


class Unavailable(HashEmbedder):
    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        raise ModelUnavailable("模型不在这里")


def test_without_the_model_words_still_find_and_the_log_says_so_once(
    library: Library, open_index: Callable[[], VectorIndex], caplog: pytest.LogCaptureFixture
) -> None:
    index_all(library, open_index)
    retriever = Retriever(library, open_index, Unavailable())

    with caplog.at_level(logging.WARNING, logger="vectorstore"):
        found = [retriever.search("热线")[0].chunk.text for _ in range(2)]
    retriever.close()

    assert found == [SENTENCES[0]] * 2
    assert [record.getMessage() for record in caplog.records] == ["searching by words only: 模型不在这里"]


def test_with_an_empty_index_words_still_find_and_the_log_says_so(
    library: Library, open_index: Callable[[], VectorIndex], caplog: pytest.LogCaptureFixture
) -> None:
    retriever = Retriever(library, open_index, EMBEDDER)

    with caplog.at_level(logging.WARNING, logger="vectorstore"):
        hits = retriever.search("热线")
    retriever.close()

    assert {hit.chunk.text for hit in hits} == {SENTENCES[0]}
    assert "gongkai reindex" in caplog.text


def test_broken_index_is_used_again_once_it_is_repaired(
    library: Library, open_index: Callable[[], VectorIndex], caplog: pytest.LogCaptureFixture
) -> None:
    index_all(library, open_index)
    broken = True

    def open_when_repaired() -> VectorIndex:
        if broken:
            raise IndexUnusable("向量索引不可用")
        return open_index()

    retriever = Retriever(library, open_when_repaired, EMBEDDER)
    with caplog.at_level(logging.WARNING, logger="vectorstore"):
        before = retriever.search("热线")
    broken = False
    after = retriever.search("热线")
    retriever.close()

    assert {hit.dense_rank for hit in before} == {None}
    assert "向量索引不可用" in caplog.text
    assert after[0].dense_rank is not None


ADD = """
import sys
from pathlib import Path
from small_reports import ingested
from vectorstore.build import build
from vectorstore.chroma import VectorIndex
from vectorstore.embedding import HashEmbedder
from vectorstore.library import Library
folder, embedder = Path(sys.argv[1]), HashEmbedder()
with Library.open(f"sqlite:///{folder / 'library.sqlite'}") as library:
    library.put(ingested("丁县", 2021, ("公众号推送380条。",)), location="/in/4", pipeline="1")
    open_index = lambda: VectorIndex.open(folder / "chroma", model=embedder.name, dimension=embedder.dimension)
    build([], library=library, open_index=open_index, embedder=embedder, read=None, pipeline="1",
          is_document=bool, on_progress=lambda progress: None)
"""


def test_open_retriever_sees_what_another_process_adds(retriever: Retriever, tmp_path: Path) -> None:
    assert retriever.search("公众号推送", top_k=1)[0].chunk.text != "公众号推送380条。"
    subprocess.run(
        [sys.executable, "-c", ADD, str(tmp_path)],
        check=True,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[2]}"},
    )

    best = retriever.search("公众号推送", top_k=1)[0]

    assert best.chunk.text == "公众号推送380条。"
    assert best.dense_rank == 1


def test_neither_model_nor_index_is_imported_before_a_search_needs_them(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom vectorstore.embedding import SentenceTransformerEmbedder\n"
        "from vectorstore.library import Library\nfrom vectorstore.models import Filter\n"
        "from vectorstore.retriever import Retriever\n"
        "library = Library.open('sqlite:///' + sys.argv[1])\n"
        "retriever = Retriever(library, None, SentenceTransformerEmbedder())\n"
        "retriever.search('热线')\nretriever.search('热线', filter=Filter(years=()))\n"
        "heavy = {'torch', 'sentence_transformers', 'chromadb'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )

    subprocess.run([sys.executable, "-c", program, str(tmp_path / "library.sqlite")], check=True)
