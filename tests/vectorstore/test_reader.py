import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from vectorstore.errors import ModelUnavailable
from vectorstore.models import Reading
from vectorstore.reader import Reader, Stretch


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.bundled()


def spans(reading: Reading) -> list[tuple[str, str]]:
    return [(span.mark, span.text) for span in reading.spans]


def kept(reading: Reading) -> set[str]:
    return {likely.value for likely in reading.keeps if likely.probability > 0.5}


def test_a_question_comes_apart_into_body_year_and_measure(reader: Reader) -> None:
    reading = reader.read("云岭县2021年政务微博发布了多少条信息？")

    assert reading.operation[0].value == "lookup"
    assert spans(reading)[:2] == [("o", "云岭县"), ("y", "2021年")]
    assert any(mark == "m" and "微博" in text for mark, text in spans(reading))


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("云岭县2021年政务微信和政务微博一共发了多少条", "sum"),
        ("云岭县2021年网站发布占全部公开信息的百分之几", "share"),
        ("云岭县2021年收到的申请比2020年增长了百分之多少", "growth"),
        ("云岭县和白水区2021年谁收到的申请多", "compare"),
        ("云岭县2021年政府信息公开工作存在哪些主要问题", "passage"),
        ("云岭县2021年是不是没有行政诉讼", "verify"),
        ("你好呀", "chat"),
    ],
)
def test_operations_are_told_apart(reader: Reader, question: str, operation: str) -> None:
    assert reader.read(question).operation[0].value == operation


def test_a_bare_follow_up_keeps_the_body_and_the_measure(reader: Reader) -> None:
    reading = reader.read("那2020年呢", ["云岭县2021年政务微博发布了多少条信息？"])

    assert ("y", "2020年") in spans(reading)
    assert {"o", "m"} <= kept(reading)
    assert "y" not in kept(reading)
    assert reading.source[0].value == 0


def test_the_right_figure_of_a_sentence_is_likeliest(reader: Reader) -> None:
    text = "全年收到信函申请8件，网络申请12件；政务微博发布信息340条。"
    places = tuple(
        (text.index(printed), text.index(printed) + len(printed)) for printed in ("8件", "12件", "340条")
    )
    (figures,) = reader.encode_places([Stretch(text=text, places=places)])

    chances = reader.chances(reader.encode_asked(["寄信来的申请有几件", "微博发了几条"]), figures)

    assert np.argmax(chances, axis=1).tolist() == [0, 2]


def test_labels_of_the_forms_are_found_by_other_words(reader: Reader) -> None:
    labels = reader.encode_labels(
        ["办理结果 不予公开 属于国家秘密", "办理结果 予以公开", "结转下年度继续办理"]
    )

    chances = reader.chances(reader.encode_asked(["因为涉密没给的", "拖到下一年才办的"]), labels)

    assert np.argmax(chances, axis=1).tolist() == [0, 2]


def test_reading_needs_no_torch() -> None:
    code = (
        "import sys; from vectorstore.reader import Reader; Reader.bundled().read('云岭县2021年报告');"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("missing", ["reader.onnx", "reader.tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in {"reader.onnx", "reader.tokenizer.json"} - {missing}:
        (tmp_path / name).write_bytes((files("vectorstore") / name).read_bytes())
    broken = Reader(tmp_path / "reader.onnx", tmp_path / "reader.tokenizer.json")

    with pytest.raises(ModelUnavailable, match=missing):
        broken.encode_asked(["申请几件"])
