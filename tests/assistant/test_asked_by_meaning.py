"""What is asked in other words than a report's is found by meaning, where the reader has read the report."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.language import load_language
from assistant.tools import LookupFigures, SearchSections, Toolbox, Views
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.places import PlaceVectors, stretches_of
from vectorstore.reader import Stretch
from vectorstore.retriever import Retriever

REPORT = """云岭县2020年政府信息公开工作年度报告

一、总体情况
全年现场受理6件，邮政信件渠道8件。举办业务培训3场。
县档案馆设立了查阅场所，群众可以到那里看文件。
"""
TOPICS = (("邮政信件", "靠寄信来"), ("举办业务培训", "给干部讲课"), ("查阅场所", "哪儿能翻到材料"))


class TopicReader:
    """Stand for the reader: what speaks of one topic points one way, all else nowhere."""

    digest = "topics"

    def encode_asked(self, questions: Sequence[str]) -> np.ndarray:
        return np.stack([self._of(question) for question in questions])

    def encode_labels(self, labels: Sequence[str]) -> np.ndarray:
        return self.encode_asked(labels) if labels else np.empty((0, 0), np.float32)

    def encode_places(self, stretches: Sequence[Stretch]) -> list[np.ndarray]:
        return [
            np.stack([self._of(stretch.text[max(0, start - 7) : end]) for start, end in stretch.places])
            for stretch in stretches
        ]

    def log_odds(self, asked: np.ndarray, places: np.ndarray) -> np.ndarray:
        return (asked @ places.T - 0.5) * 20

    def judge(self, asked: str, stretches: Sequence[Stretch]) -> list[np.ndarray]:
        (wanted,) = self.encode_asked([asked])
        return [self.log_odds(wanted, places) for places in self.encode_places(stretches)]

    def _of(self, text: str) -> np.ndarray:
        held = [any(word in text for word in words) for words in TOPICS]
        return np.array(held, np.float32) / max(1.0, np.sqrt(sum(held)))


@pytest.fixture
def toolboxes(tmp_path: Path):
    file = tmp_path / "report.txt"
    file.write_text(REPORT, "utf-8")
    read = ingest_file(file)
    language, indicators, reader = load_language(), load_indicators(), TopicReader()
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as library:
        library.put(read, location="report.txt", pipeline="test")
        vectors = PlaceVectors.made(reader, stretches_of(read.chunks, read.figures))
        library.put_vectors(read.report.id, vectors, reader=reader.digest)
        retriever = Retriever(library, None, None)
        words = Toolbox(library, retriever, Views(library, indicators), language, indicators)
        views = Views(library, indicators, reader=reader.digest)
        both = Toolbox(library, retriever, views, language, indicators, reader=reader)
        older = Toolbox(
            library, retriever, Views(library, indicators, reader="x"), language, indicators, reader=reader
        )
        yield words, both, older


def best(toolbox: Toolbox, phrase: str) -> tuple[str, float] | None:
    matches = toolbox.lookup_figures(LookupFigures(filter=Filter(), phrase=phrase)).matches
    return (matches[0].figure.quantity.printed, matches[0].score) if matches else None


def test_a_figure_asked_for_in_other_words_is_found_by_meaning(toolboxes) -> None:
    words, both, _ = toolboxes

    assert (best(words, "靠寄信来") or ("", 0.0))[1] < 0.5
    printed, score = best(both, "靠寄信来")
    assert (printed, score > 0.8) == ("8件", True)


def test_a_figure_whose_words_are_said_needs_no_meaning(toolboxes) -> None:
    words, both, _ = toolboxes

    assert (
        (best(both, "举办业务培训") or ("", 0.0))[0] == (best(words, "举办业务培训") or ("", 1.0))[0] == "3场"
    )


def test_what_is_near_nothing_in_meaning_is_not_sure(toolboxes) -> None:
    _, both, _ = toolboxes

    assert (best(both, "邻省的高铁票") or ("", 0.0))[1] < 0.5


def test_where_another_reader_made_the_vectors_they_are_made_anew(toolboxes) -> None:
    _, both, older = toolboxes

    assert best(older, "靠寄信来") == best(both, "靠寄信来")


def test_a_sentence_asked_about_in_other_words_comes_first(toolboxes) -> None:
    words, both, _ = toolboxes
    call = SearchSections(filter=Filter(), query="哪儿能翻到材料")

    assert not words.search_sections(call, dense=False).sentences
    (_, match), *_ = both.search_sections(call, dense=False, near=True).sentences
    assert match.sentence.text.startswith("县档案馆设立了查阅场所")
