import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_reports import read, write

from ingest.models import Ingested
from vectorstore.build import build, reindex
from vectorstore.chroma import Matrix, VectorIndex
from vectorstore.embedding import HashEmbedder
from vectorstore.errors import ModelUnavailable
from vectorstore.library import Library
from vectorstore.models import FileOutcome, Filter, Progress
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
                suffixes={".txt"},
                on_progress=self.told.append,
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
        ("c.txt", "added"),
        ("b.txt", "added"),
    ]
    assert "甲县2020年" in outcomes[0].message
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
    assert ".txt" in empty.message


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
