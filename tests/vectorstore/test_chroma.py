import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vectorstore.chroma import Matrix, VectorIndex
from vectorstore.errors import IndexUnusable

DIMENSION = 8


def unit_vectors(count: int, seed: int = 0) -> Matrix:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def open_index(folder: Path, *, model: str = "m") -> VectorIndex:
    return VectorIndex.open(folder, model=model, dimension=DIMENSION)


@pytest.fixture
def index(tmp_path: Path):
    with open_index(tmp_path / "chroma") as opened:
        yield opened


def test_nearest_vector_comes_first_with_its_cosine(index: VectorIndex) -> None:
    vectors = unit_vectors(20)
    index.upsert([f"c{number}" for number in range(20)], vectors)

    found = index.search(vectors[7], top_k=3)

    expected = np.sort(vectors @ vectors[7])[::-1][:3]
    assert found[0][0] == "c7"
    assert [similarity for _, similarity in found] == pytest.approx(expected.tolist(), abs=1e-5)


def test_search_among_some_ids_leaves_out_all_others(index: VectorIndex) -> None:
    vectors = unit_vectors(20)
    index.upsert([f"c{number}" for number in range(20)], vectors)

    assert {found for found, _ in index.search(vectors[7], top_k=9, among=["c1", "c2"])} == {"c1", "c2"}
    assert index.search(vectors[7], top_k=9, among=[]) == ()


def test_vectors_come_back_beside_the_ids_that_have_one(index: VectorIndex) -> None:
    vectors = unit_vectors(3)
    index.upsert(["c0", "c1", "c2"], vectors)

    found, rows = index.vectors(["c2", "c-unknown", "c0"])

    assert sorted(found) == ["c0", "c2"]
    for chunk_id, row in zip(found, rows, strict=True):
        assert row == pytest.approx(vectors[int(chunk_id[1])], abs=1e-6)
    assert index.vectors(["c-unknown"])[1].shape == (0, DIMENSION)
    assert index.vectors([])[0] == ()


def test_id_has_one_vector_the_last_one(index: VectorIndex) -> None:
    first, second = unit_vectors(1), unit_vectors(1, seed=1)
    index.upsert(["c0"], first)
    index.upsert(["c0"], second)

    assert index.count() == 1
    assert index.vectors(["c0"])[1][0] == pytest.approx(second[0], abs=1e-6)


def test_more_vectors_than_one_call_takes_are_stored_and_deleted(index: VectorIndex) -> None:
    ids = [f"c{number}" for number in range(5462)]
    index.upsert(ids, unit_vectors(len(ids)))
    assert set(index.ids()) == set(ids)
    assert len(index.vectors(ids)[0]) == len(ids)

    index.delete([*ids[1:], "c-unknown"])
    assert index.ids() == ("c0",)


def test_vectors_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    program = (
        "import sys, numpy\nfrom pathlib import Path\nfrom vectorstore.chroma import VectorIndex\n"
        f"index = VectorIndex.open(Path(sys.argv[1]), model='m', dimension={DIMENSION})\n"
        f"index.upsert(['c0'], numpy.eye({DIMENSION}, dtype='f4')[:1])\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=False)

    with open_index(tmp_path) as index:
        assert index.ids() == ("c0",)


def test_other_model_finds_no_vectors_of_this_one(tmp_path: Path) -> None:
    with open_index(tmp_path) as index:
        index.upsert(["c0"], unit_vectors(1))

    with open_index(tmp_path, model="other") as other:
        assert other.count() == 0
    with open_index(tmp_path) as again:
        assert again.count() == 1


def test_folder_that_is_no_index_is_refused_and_can_be_made_fresh(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_text("no database " * 100)

    with pytest.raises(IndexUnusable, match="gongkai reindex"):
        open_index(tmp_path)

    with VectorIndex.fresh(tmp_path, model="m", dimension=DIMENSION) as index:
        index.upsert(["c0"], unit_vectors(1))
        assert index.count() == 1


def test_vectors_of_another_length_are_refused(index: VectorIndex) -> None:
    index.upsert(["c0"], unit_vectors(1))

    with pytest.raises(IndexUnusable, match="gongkai reindex"):
        index.search(np.ones(3, np.float32), top_k=1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://server", "http://host:port"])
def test_server_that_does_not_answer_is_named(url: str) -> None:
    with pytest.raises(IndexUnusable, match=url):
        VectorIndex.open(url, model="m", dimension=DIMENSION)
