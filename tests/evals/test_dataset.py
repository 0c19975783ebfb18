"""Reading question sets: native records, ragas names, CSV, and lines that are broken."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.errors import EvalInvalid
from assistant.evals import read_cases


def _file(folder: Path, text: str, name: str = "questions.jsonl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_native_record_keeps_amounts_exact_and_history_in_order(tmp_path: Path):
    record = {
        "id": "X1",
        "type": "follow_up",
        "question": "那下一年呢？",
        "history": [{"role": "user", "content": "办复率？"}, {"role": "assistant", "content": "99.79%。"}],
        "answer": {"text": "99.8%", "numeric": [{"value": 99.79, "unit": "%", "tol": 0.1, "expr": "1+1"}]},
        "evidence": [[{"source": "004.txt", "section": "一", "quote": "办复率"}]],
        "notes": "说明不影响读取",
    }
    (case,) = read_cases(_file(tmp_path, _lines(record)))
    assert case.gold is not None
    assert case.gold.numeric[0].value == Decimal("99.79")
    assert [turn.content for turn in case.asked().history] == ["办复率？", "99.79%。"]
    assert case.scored


def test_ragas_names_are_understood(tmp_path: Path):
    record = {
        "user_input": "办复率是多少？",
        "reference": "2020年办复率为99.79%，共28822件。",
        "reference_contexts": ["办复率 99.79%"],
    }
    (case,) = read_cases(_file(tmp_path, _lines(record)))
    assert case.question == "办复率是多少？"
    assert case.gold is not None
    assert [(str(needed.value), needed.unit) for needed in case.gold.numeric] == [
        ("99.79", "%"),
        ("28822", "件"),
    ]
    assert case.evidence[0][0].quote == "办复率 99.79%"


@pytest.mark.parametrize("contexts", ['["第一段", "第二段"]', "['第一段', '第二段']"])
def test_csv_with_ragas_columns_is_read(tmp_path: Path, contexts: str):
    quoted = contexts.replace('"', '""')
    text = f'user_input,reference,reference_contexts\n有几项？,"共 1,195 项","{quoted}"\n还有呢？,,\n'
    first, second = read_cases(_file(tmp_path, "\ufeff" + text, "questions.csv"))
    assert first.gold is not None
    assert first.gold.numeric[0].value == 1195
    assert [group[0].quote for group in first.evidence] == ["第一段", "第二段"]
    assert not second.scored


def test_record_without_gold_is_asked_but_not_scored(tmp_path: Path):
    cases = read_cases(
        _file(
            tmp_path,
            _lines({"question": "甲？"}, {"user_input": "乙？"}, {"question": "丙？", "abstain": True}),
        )
    )
    assert [case.scored for case in cases] == [False, False, True]
    assert [case.id for case in cases] == ["Q001", "Q002", "Q003"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('{"question": "没写完', "不是完整的 JSON"),
        ('["不是对象"]', "不是 JSON 对象"),
        ('{"answer": "没有问题"}', "question"),
        ('{"question": "重复", "id": "A"}', "编号 A 重复"),
        ('{"question": "坏", "answer": {"numeric": [{"value": "很多"}]}}', "numeric"),
        ('{"question": "坏", "history": [{"role": "旁人", "content": "？"}]}', "history"),
    ],
)
def test_broken_line_is_refused_with_file_and_line(tmp_path: Path, broken: str, words: str):
    path = _file(tmp_path, '{"id": "A", "question": "好的？"}\n\n' + broken + "\n")
    with pytest.raises(EvalInvalid) as refused:
        read_cases(path)
    assert "questions.jsonl 第 3 行" in str(refused.value)
    assert words in str(refused.value)


def test_missing_empty_and_foreign_files_are_refused(tmp_path: Path):
    with pytest.raises(EvalInvalid, match="打不开"):
        read_cases(tmp_path / "nowhere.jsonl")
    with pytest.raises(EvalInvalid, match="没有题目"):
        read_cases(_file(tmp_path, "\n\n"))
    foreign = tmp_path / "gbk.csv"
    foreign.write_bytes("user_input\n办复率？\n".encode("gb18030"))
    with pytest.raises(EvalInvalid, match="UTF-8"):
        read_cases(foreign)
