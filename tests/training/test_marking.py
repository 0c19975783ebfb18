import json
from pathlib import Path

import pytest

from training.marking import Question, near_duplicates, read_questions


def read(tmp_path: Path, *records: dict) -> list[Question]:
    file = tmp_path / "writer.jsonl"
    file.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), "utf-8")
    return read_questions(file)


def marked(question: Question) -> list[tuple[str, str]]:
    return [(mark, question.text[start:end]) for mark, start, end in question.spans]


@pytest.mark.parametrize(
    ("text", "op", "spans"),
    [
        ("[o:甲县][y:2019]年[m:受理]件数", "lookup", [("o", "甲县"), ("y", "2019年"), ("m", "受理件数")]),
        ("[o:甲县][y:2019]年报里的[m:受理]", "lookup", [("o", "甲县"), ("y", "2019"), ("m", "受理")]),
        ("[o:甲县]政府[m:按时办结的]有几件", "lookup", [("o", "甲县政府"), ("m", "按时办结")]),
        ("[o:甲县]政府网站发了几条", "lookup", [("o", "甲县")]),
        ("[g:哪个街道][m:申请]最多，取[v:前三名]", "rank", [("g", "街道"), ("m", "申请"), ("v", "三")]),
        ("[k:申请]超过[v:100]件的有谁", "filter", [("k", "申请"), ("v", "100件")]),
        (
            "[o:甲县][y:2019年]到[y:2021年]年均[m:申请]",
            "mean",
            [("o", "甲县"), ("y", "2019年到2021年"), ("m", "申请")],
        ),
        ("[u:我家门口的路修了三年还没修好真是急人]，[o:甲县]修了几条路", "lookup", [("o", "甲县")]),
        ("[u:苹果]不对是[m:核桃]收了几斤", "lookup", [("u", "苹果"), ("m", "核桃")]),
    ],
)
def test_borders_follow_one_rule_whoever_wrote_them(
    tmp_path: Path, text: str, op: str, spans: list[tuple[str, str]]
) -> None:
    (question,) = read(tmp_path, {"text": text, "op": op, "order": "desc"})

    assert marked(question) == spans


def test_a_follow_up_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    before = {"text": "[o:甲县][y:2019年][m:申请]几件", "op": "lookup"}
    _, follow_up = read(
        tmp_path, {"text": "[y:2020年]呢", "op": "lookup", "history": [before], "keeps": ["m"]}
    )

    assert follow_up.turns == ("甲县2019年申请几件",)
    assert follow_up.keeps == ("m", "o", "op")
    assert follow_up.source == 0


def test_thanks_in_between_are_not_what_a_follow_up_takes_from(tmp_path: Path) -> None:
    turns = [{"text": "[o:甲县][y:2019年][m:申请]几件", "op": "lookup"}, {"text": "谢谢", "op": "chat"}]
    *_, follow_up = read(
        tmp_path, {"text": "[m:复议]几件", "op": "lookup", "history": turns, "keeps": ["o", "y"]}
    )

    assert follow_up.source == 0


def test_a_new_subject_keeps_nothing(tmp_path: Path) -> None:
    before = {"text": "[o:甲县][y:2019年][m:申请]几件", "op": "lookup"}
    *_, other = read(
        tmp_path, {"text": "[o:乙县][y:2020年][m:复议]几件", "op": "lookup", "history": [before], "keeps": []}
    )

    assert other.keeps == ()
    assert other.source is None


def test_a_copy_of_a_measured_question_is_found_under_another_year() -> None:
    measured = ["甲县2019年政务微博一共发布了多少条信息"]

    assert near_duplicates(["甲县2021年政务微博一共发布了多少条信息？", "乙县抖音有几个粉丝"], measured) == {
        "甲县2021年政务微博一共发布了多少条信息？"
    }
