import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from small_reports import ingested, read, write

from ingest import ingest_file, is_document
from ingest.models import UNKNOWN_ORGANIZATION, Ingested
from vectorstore.build import build, reindex
from vectorstore.chroma import Matrix, VectorIndex
from vectorstore.embedding import HashEmbedder
from vectorstore.errors import ModelUnavailable
from vectorstore.library import Library
from vectorstore.models import FileOutcome, Filter, Progress
from vectorstore.reader import Stretch
from vectorstore.retriever import Retriever


class Store:
    """Build into one folder, as often as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.data = folder / "data"
        self.embedder = HashEmbedder()
        self.read_files: list[str] = []
        self.told: list[Progress] = []

    def build(
        self,
        *paths: Path,
        pipeline: str = "1",
        embedder: HashEmbedder | None = None,
        reader: Callable[[Path], Ingested] = read,
        is_document: Callable[[Path], bool] = lambda path: path.suffix == ".txt",
        places: "LengthReader | None" = None,
    ) -> tuple[FileOutcome, ...]:
        """Run once, and note which files were read."""
        self.read_files, self.told = [], []

        def noting(path: Path) -> Ingested:
            self.read_files.append(path.name)
            return reader(path)

        with self.library() as library:
            return build(
                paths or (self.inbox,),
                library=library,
                open_index=self.index,
                embedder=embedder or self.embedder,
                read=noting,
                pipeline=pipeline,
                is_document=is_document,
                on_progress=self.told.append,
                reader=places,
            )

    def library(self) -> Library:
        return Library.open(f"sqlite:///{self.data / 'library.sqlite'}")

    def index(self) -> VectorIndex:
        return VectorIndex.open(
            self.data / "chroma", model=self.embedder.name, dimension=self.embedder.dimension
        )

    def holds(self) -> list[str]:
        """Return all passages, after checking that each has exactly one vector and nothing else has."""
        with self.library() as library, self.index() as index:
            chunks = library.chunks()
            assert sorted(index.ids()) == sorted(chunk.id for chunk in chunks)
            assert library.manifest().indexed_chunks == len(chunks)
            return sorted(chunk.text for chunk in chunks)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def statuses(outcomes: Sequence[FileOutcome]) -> dict[str, str]:
    return {outcome.path: outcome.status for outcome in outcomes}


def test_folder_is_read_with_all_its_folders_in_order(store: Store) -> None:
    write(store.inbox / "b.txt", "乙县", 2020, "乙一。")
    write(store.inbox / "a" / "c.txt", "甲县", 2020, "甲一。", "甲二。")
    write(store.inbox / "table.csv", "丙县", 2020, "不读。")

    outcomes = store.build()

    assert [(outcome.path, outcome.status) for outcome in outcomes] == [
        ("table.csv", "skipped"),
        ("c.txt", "added"),
        ("b.txt", "added"),
    ]
    assert "table.csv" in outcomes[0].message
    assert "甲县2020年" in outcomes[1].message
    assert store.holds() == ["乙一。", "甲一。", "甲二。"]


def test_second_run_reads_nothing_and_says_so(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()

    (outcome,) = store.build()

    assert (outcome.status, outcome.message) == ("unchanged", "a.txt：没有变化")
    assert store.read_files == []
    assert store.holds() == ["甲一。"]


def test_changed_file_replaces_its_report(store: Store) -> None:
    file = write(store.inbox / "a.txt", "甲县", 2020, "旧一。", "旧二。")
    write(store.inbox / "b.txt", "乙县", 2020, "乙一。")
    store.build()
    write(file, "甲县", 2020, "新一。")

    assert statuses(store.build()) == {"a.txt": "replaced", "b.txt": "unchanged"}
    assert store.read_files == ["a.txt"]
    assert store.holds() == ["乙一。", "新一。"]


def test_other_pipeline_reads_the_same_file_again(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()

    assert statuses(store.build(pipeline="2")) == {"a.txt": "replaced"}
    assert statuses(store.build(pipeline="2")) == {"a.txt": "unchanged"}
    assert store.holds() == ["甲一。"]


def test_same_content_twice_is_kept_once_and_said_of_which(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / "copy.txt", "甲县", 2020, "甲一。")

    for _ in range(2):
        first, second = store.build()
        assert second.status == "unchanged"
        assert "a.txt" in second.message
        assert "内容相同" in second.message
        assert second.report_id == first.report_id
    assert store.holds() == ["甲一。"]


def test_second_file_of_a_body_and_year_is_kept_and_said_to_be_one(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / "b.txt", "甲县", 2020, "甲一。", "更正。")
    write(store.inbox / "c.txt", "甲县", 2021, "甲二。")
    write(store.inbox / "d.txt", "乙县", 2020, "乙一。")

    outcomes = store.build()

    assert set(statuses(outcomes).values()) == {"added"}
    assert ["甲县2020年" in doubt for outcome in outcomes for doubt in outcome.doubts] == [True]
    assert "a.txt" in outcomes[1].doubts[0]
    assert outcomes[1].doubts[0] in outcomes[1].message
    assert store.holds() == ["乙一。", "更正。", "甲一。", "甲一。", "甲二。"]


def test_changed_file_is_no_second_one_beside_itself(store: Store) -> None:
    file = write(store.inbox / "a.txt", "甲县", 2020, "旧。")
    store.build()
    write(file, "甲县", 2020, "新。")

    (outcome,) = store.build()

    assert (outcome.status, outcome.doubts) == ("replaced", ())


def test_reports_of_nobody_known_are_not_taken_for_one(store: Store) -> None:
    write(store.inbox / "a.txt", UNKNOWN_ORGANIZATION, 2020, "甲一。")
    write(store.inbox / "b.txt", UNKNOWN_ORGANIZATION, 2020, "乙一。")

    assert [outcome.doubts for outcome in store.build()] == [(), ()]


@pytest.mark.parametrize(("changed", "said"), [("31", "表格里的数相同"), ("13", "表格有 1 格的数不同")])
def test_page_and_download_of_one_report_are_compared(store: Store, changed: str, said: str) -> None:
    rows = "第二十条第（六）项\n信息内容\t本年处理决定数量\n行政处罚\t{}\n行政强制\t6\n"
    title = "白露县水利局2022年政府信息公开工作年度报告"
    store.inbox.mkdir()
    (store.inbox / "1.txt").write_text(f"{title}\n\n一、总体情况\n\n{rows.format(31)}", "utf-8")
    (store.inbox / "2.txt").write_text(f"来源：本站\n\n{title}\n\n{rows.format(changed)}", "utf-8")

    first, second = store.build(reader=ingest_file)

    assert first.doubts == () or "同是" not in first.doubts[-1]
    assert second.doubts[-1].endswith(said)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("年报.shtml", b"<html><body><p>...", "added"),
        ("年报", b"<!DOCTYPE html><p>...", "added"),
        ("content_1234.aspx", b"<html>", "added"),
        ("年报.download", b"%PDF-1.7", "added"),
        ("年报.docx_", b"PK\x03\x04....[Content_Types].xml....word/document.xml", "added"),
        ("年报.2022", "甲县2022年政府信息公开工作年度报告".encode("gb18030"), "added"),
        ("年报.xlsx", b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml", "skipped"),
        ("questions.jsonl", '{"question": "政府信息公开年度报告"}'.encode(), "skipped"),
        ("site.css", b"body {color: red}", "skipped"),
        ("logo.gif", b"GIF89a", "skipped"),
        ("说明", "这里放年报。".encode(), "skipped"),
        ("README.md", b"# ...", "skipped"),
        ("~$年报.docx", b"\x05user", "skipped"),
    ],
)
def test_files_of_a_folder_are_judged_by_content_and_skipped_ones_are_named(
    store: Store, name: str, content: bytes, status: str
) -> None:
    store.inbox.mkdir()
    (store.inbox / name).write_bytes(content)
    write(store.inbox / "z.txt", "乙县", 2020, "乙一。")

    outcomes = store.build(reader=lambda path: ingested(path.name), is_document=is_document)

    assert statuses(outcomes) == {name: status, "z.txt": "added"}
    (outcome,) = (outcome for outcome in outcomes if outcome.path == name)
    assert name in outcome.message


def test_hidden_files_and_folders_are_passed_over(store: Store) -> None:
    write(store.inbox / ".git" / "a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / ".a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / "z.txt", "乙县", 2020, "乙一。")

    assert statuses(store.build()) == {"z.txt": "added"}


def test_file_that_moved_is_kept_once(store: Store) -> None:
    file = write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()
    file.rename(store.inbox / "z.txt")

    store.build()

    assert statuses(store.build()) == {"z.txt": "unchanged"}
    assert store.holds() == ["甲一。"]


def test_files_that_change_names_among_each_other_are_all_kept(store: Store) -> None:
    one = write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    two = write(store.inbox / "b.txt", "乙县", 2020, "乙一。")
    store.build()
    write(one, "乙县", 2020, "乙一。")
    write(two, "甲县", 2020, "甲一。")

    store.build()

    assert store.holds() == ["乙一。", "甲一。"]
    assert set(statuses(store.build()).values()) == {"unchanged"}


def test_bad_file_does_not_stop_the_others(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    (store.inbox / "b.txt").write_text("不是报告")
    (store.inbox / "c.txt").write_bytes(b"\xff\xff \xff 2020 x")
    write(store.inbox / "d.txt", "丁县", 2020, "丁一。")

    outcomes = store.build()

    assert statuses(outcomes) == {"a.txt": "added", "b.txt": "failed", "c.txt": "failed", "d.txt": "added"}
    assert outcomes[1].message == "b.txt：看不出是年度报告。请确认文件内容。"
    assert "内部错误" in outcomes[2].message
    assert "UnicodeDecodeError" in caplog.text
    assert store.holds() == ["丁一。", "甲一。"]


def test_file_that_went_bad_keeps_its_earlier_report_and_says_so(store: Store) -> None:
    file = write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()
    file.write_text("")

    (outcome,) = store.build()

    assert outcome.status == "failed"
    assert "库中仍是上次读入的内容" in outcome.message
    assert store.holds() == ["甲一。"]


def test_file_deleted_from_the_folder_stays_in_the_library(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / "b.txt", "乙县", 2020, "乙一。").touch()
    store.build()
    (store.inbox / "b.txt").unlink()

    assert statuses(store.build()) == {"a.txt": "unchanged"}
    assert store.holds() == ["乙一。", "甲一。"]


def test_paths_that_give_nothing_are_named_with_what_to_do(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    missing, empty = store.build(tmp_path / "missing", tmp_path / "empty")

    assert (missing.status, empty.status) == ("failed", "failed")
    assert "没有这个文件或文件夹" in missing.message
    assert "没有可读的文件" in empty.message
    assert "PDF" in empty.message


def test_progress_counts_every_file_and_every_passage(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, *(f"第{number}句。" for number in range(70)))
    (store.inbox / "b.txt").write_text("不是报告")

    outcomes = store.build()

    reading = [progress for progress in store.told if progress.stage == "reading"]
    indexing = [progress for progress in store.told if progress.stage == "indexing"]
    assert [(progress.done, progress.total, progress.outcome) for progress in reading] == [
        (1, 2, outcomes[0]),
        (2, 2, outcomes[1]),
    ]
    assert (indexing[-1].done, indexing[-1].total) == (70, 70)


class Unavailable(HashEmbedder):
    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        raise ModelUnavailable("模型不在这里")


def test_without_the_model_all_files_are_read_and_the_next_run_completes_the_index(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    write(store.inbox / "b.txt", "乙县", 2020, "乙一。")

    with pytest.raises(ModelUnavailable):
        store.build(embedder=Unavailable())
    with store.library() as library:
        assert len(library.figures(Filter(organizations=("乙县",)))) == 2

    assert set(statuses(store.build()).values()) == {"unchanged"}
    assert store.holds() == ["乙一。", "甲一。"]


def test_lost_index_is_made_again_without_reading_a_file(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()
    shutil.rmtree(store.data / "chroma")

    store.build()

    assert store.read_files == []
    assert store.holds() == ["甲一。"]


def test_removed_report_loses_its_vectors_with_the_next_run(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    gone = write(store.inbox / "b.txt", "乙县", 2020, "乙一。")
    store.build()
    with store.library() as library:
        library.remove(next(head.report_id for head in library.headings() if head.organization == "乙县"))
    gone.unlink()

    store.build()

    assert store.holds() == ["甲一。"]


def test_other_model_gets_vectors_of_its_own(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。")
    store.build()
    store.embedder = SimpleNamespace(  # pyright: ignore[reportAttributeAccessIssue]
        name="other", dimension=256, encode_documents=HashEmbedder().encode_documents
    )

    store.build()

    assert store.holds() == ["甲一。"]
    with store.library() as library:
        assert library.manifest().embedding_model == "other"


def test_reindex_makes_a_damaged_index_anew(store: Store) -> None:
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。", "甲二。")
    with store.library() as library:
        library.put(read(store.inbox / "a.txt"), location="/in/a.txt", pipeline="1")
        (store.data / "chroma").mkdir()
        (store.data / "chroma" / "chroma.sqlite3").write_text("damaged " * 200)

        count = reindex(
            library=library,
            open_fresh=lambda: VectorIndex.fresh(
                store.data / "chroma", model=store.embedder.name, dimension=store.embedder.dimension
            ),
            embedder=store.embedder,
            on_progress=store.told.append,
        )

    assert count == 2
    assert store.told[-1].done == 2
    assert store.holds() == ["甲一。", "甲二。"]


# Runs `build` as a user would, and dies without a word before its n-th statement to the library.
DYING = """
import json, os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from test_build import Store
store, last = Store(Path(sys.argv[1])), int(sys.argv[2])
statements = 0

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global statements
    statements += 1
    if statements == last:
        os.kill(os.getpid(), signal.SIGKILL)

class Told(list):
    def append(self, progress):
        print(json.dumps(progress.model_dump(mode="json")), flush=True)

class Dying(Store):
    @property
    def told(self):
        return Told()
    @told.setter
    def told(self, value):
        pass

Dying(Path(sys.argv[1])).build()
print(statements)
"""


def run_dying(folder: Path, last: int) -> "subprocess.CompletedProcess[str]":
    here = Path(__file__)
    return subprocess.run(
        [sys.executable, "-c", DYING, str(folder), str(last)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{here.parent}:{here.parents[2]}"},
    )


def prepare(store: Store) -> list[str]:
    """Leave a library with two reports, one of them changed since, and two new files; return the end's passages."""
    write(store.inbox / "a.txt", "甲县", 2020, "旧一。", "旧二。")
    write(store.inbox / "b.txt", "乙县", 2020, "乙一。", "乙二。")
    store.build()
    write(store.inbox / "a.txt", "甲县", 2020, "甲一。", "甲二。")
    write(store.inbox / "c.txt", "丙县", 2020, "丙一。", "丙二。")
    write(store.inbox / "d.txt", "丁县", 2020, "丁一。", "丁二。")
    return sorted(f"{name}{number}。" for name in "甲乙丙丁" for number in "一二")


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many statements the whole run takes."""
    store = Store(tmp_path_factory.mktemp("whole"))
    prepare(store)
    return int(run_dying(store.data.parent, 0).stdout.splitlines()[-1])


@pytest.mark.parametrize("moment", range(10))
def test_build_killed_at_any_moment_leaves_a_library_that_answers_and_the_next_run_completes(
    store: Store, statements: int, moment: int
) -> None:
    expected = prepare(store)

    ran = run_dying(store.data.parent, 1 + moment * (statements - 1) // 9)

    assert ran.returncode == -9, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    finished = {entry["outcome"]["report_id"] for entry in told if entry["outcome"]}
    with store.library() as library:
        retriever = Retriever(library, store.index, store.embedder)
        for head in library.headings():
            hits = retriever.search(f"{head.organization}2020", filter=Filter(report_ids=(head.report_id,)))
            assert len(hits) == 2
        retriever.close()
        assert finished <= {head.report_id for head in library.headings()}
        assert len(library.figures()) == 2 * len(library.headings())

    again = store.build()

    assert store.holds() == expected
    assert {outcome.status for outcome in again} <= {"added", "replaced", "unchanged"}
    assert not finished & {outcome.report_id for outcome in again if outcome.status != "unchanged"}
    assert {outcome.status for outcome in store.build()} == {"unchanged"}


class LengthReader:
    """Give each place the length of its text and where it begins, and count the stretches."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self.stretches: list[str] = []

    def encode_places(self, stretches: Sequence[Stretch]) -> list[np.ndarray]:
        self.stretches += [stretch.text for stretch in stretches]
        return [
            np.array([[end - start, 1.0] for start, end in stretch.places], np.float32)
            / np.array([[np.hypot(end - start, 1)] for start, end in stretch.places], np.float32)
            for stretch in stretches
        ]


def test_figures_and_sentences_get_a_vector_each_and_another_reader_makes_them_anew(store: Store) -> None:
    text = "甲县2020年政府信息公开工作年度报告\n\n一、总体情况\n全年办结申请34件。各项工作有序开展。\n"
    store.inbox.mkdir()
    (store.inbox / "a.txt").write_text(text, "utf-8")
    first, second = LengthReader("one"), LengthReader("two")

    store.build(reader=ingest_file, places=first)
    read_once = list(first.stretches)
    store.build(reader=ingest_file, places=first)
    with store.library() as library:
        (head,) = library.headings()
        vectors = library.vectors(head.report_id, reader="one")
        assert library.vectors(head.report_id, reader="two") is None

    assert first.stretches == read_once
    assert vectors is not None
    for kind, printed in (
        ("figure", "34件"),
        ("sentence", "全年办结申请34件。"),
        ("sentence", "各项工作有序开展。"),
    ):
        told = vectors.vectors[vectors.rows[kind, text.index(printed)]]
        assert told[0] / told[1] == pytest.approx(len(printed), rel=0.05)

    store.build(reader=ingest_file, places=second)
    with store.library() as library:
        assert library.vectors(head.report_id, reader="one") is None
        assert library.vectors(head.report_id, reader="two") is not None
        assert library.remove(head.report_id)
